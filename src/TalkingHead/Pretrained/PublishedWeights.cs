using System.Globalization;
using TalkingHead.Libtorch;
using TalkingHead.Serialization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Pretrained;

/// <summary>A weight file that others published.</summary>
/// <param name="Name">Its name in the weights folder.</param>
/// <param name="Direct">Whether the script fetches it; otherwise its address is a page where a person finds it.</param>
/// <param name="Bytes">Its size; 0 when not known for sure.</param>
/// <param name="Sha256">Its checksum, or as many of its first digits as its publisher's name for it tells; empty when not known.</param>
/// <param name="Licence">Under which terms it may be used.</param>
/// <param name="Address">Where it is published.</param>
/// <param name="Use">What it serves here.</param>
sealed record PublishedFile(string Name, bool Direct, long Bytes, string Sha256, string Licence, string Address, string Use);

/// <summary>The published weight files this framework reads, listed in scripts/weights.tsv, and where they lie.</summary>
static class PublishedWeights
{
    internal const string FolderVariable = "TALKINGHEAD_WEIGHTS";
    const string DefaultFolder = "weights";
    const string Resource = "weights.tsv";
    const int Columns = 7;

    static readonly Lazy<IReadOnlyList<PublishedFile>> table = new(() => Parse(ReadResource()));

    internal static IReadOnlyList<PublishedFile> Table => table.Value;

    /// <summary>The folder that holds weight files.</summary>
    internal static string Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? folder : DefaultFolder;

    /// <summary>
    /// Whether a file of the table is at hand: in the folder, or beside the program, where builds put what packages hold.
    /// </summary>
    internal static bool Has(string name) => File.Exists(PathOf(name));

    /// <summary>Where a file of the table lies, or would lie.</summary>
    internal static string PathOf(string name)
    {
        string chosen = Path.Combine(Folder, name), beside = Path.Combine(AppContext.BaseDirectory, name);
        return !File.Exists(chosen) && File.Exists(beside) ? beside : chosen;
    }

    /// <summary>Where a file of the table lies.</summary>
    /// <exception cref="UserException">It is not there; the message says how to get it.</exception>
    internal static string Locate(string name)
    {
        var path = PathOf(name);
        return File.Exists(path)
            ? path
            : throw new UserException(
                $"{path}: no such file: run scripts/download-weights.sh {name}, or point {FolderVariable} at the folder that holds it.");
    }

    /// <summary>Fills a module from a file of the table, for use: evaluation mode, no parameter asks for a gradient.</summary>
    /// <inheritdoc cref="StateDict.Load"/>
    internal static T LoadInto<T>(T module, string name, Func<string, string>? nameInFile = null, Func<string, bool>? unused = null)
        where T : Module
    {
        var path = Locate(name);
        using var file = PyTorchCheckpoint.Open(path);
        StateDict.Load(module, file.StateDict(), path, nameInFile, unused);
        return Freeze(module);
    }

    internal static T Freeze<T>(T module) where T : Module
    {
        module.eval();
        foreach (var parameter in module.parameters())
            parameter.requires_grad = false;
        return module;
    }

    internal static IReadOnlyList<PublishedFile> Parse(string text)
    {
        var files = new List<PublishedFile>();
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line != "" && !line.StartsWith('#')))
        {
            var cells = line.Split('\t');
            if (cells.Length != Columns || cells[1] is not ("direct" or "nuget" or "npm" or "by-hand"))
                throw new FormatException($"{Resource}: \"{line}\" does not have {Columns} columns, the second of them direct, nuget, npm "
                    + $"or by-hand.");
            files.Add(new(cells[0], cells[1] != "by-hand", long.Parse(cells[2], CultureInfo.InvariantCulture), cells[3], cells[4],
                cells[5], cells[6]));
        }
        return files;
    }

    static string ReadResource()
    {
        using var stream = typeof(PublishedWeights).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>
/// Brings pictures from this framework's form, RGB in [−1, 1], into the form that a network's published weights were
/// trained with: a scale and a shift per channel, and where asked for the channels in reverse order.
/// </summary>
sealed class ChannelNormalisation : Module<Tensor, Tensor>
{
    readonly bool bgr;
    readonly Constant scale, shift; // (1,3,1,1), in the order of the output's channels

    ChannelNormalisation(bool bgr, float[] scale, float[] shift) : base(nameof(ChannelNormalisation))
    {
        this.bgr = bgr;
        (this.scale, this.shift) = (new Constant(scale, 1, 3, 1, 1), new Constant(shift, 1, 3, 1, 1));
    }

    /// <summary>RGB in 0..1, less the mean, over the standard deviation of ImageNet.</summary>
    internal static ChannelNormalisation Torchvision() => Standardised([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>0..255, less the mean of each channel.</summary>
    /// <param name="means">Means in the order R, G, B.</param>
    /// <param name="bgr">Whether the network wants its channels as Caffe has them.</param>
    internal static ChannelNormalisation Bytes(float[] means, bool bgr)
    {
        var shift = Array.ConvertAll(means, mean => 127.5f - mean);
        if (bgr)
            Array.Reverse(shift);
        return new(bgr, [127.5f, 127.5f, 127.5f], shift);
    }

    /// <summary>LPIPS's own constants, for RGB in [−1, 1].</summary>
    internal static ChannelNormalisation Lpips() =>
        FromUnit(mean: [-.030f, -.088f, -.188f], deviation: [.458f, .448f, .450f]);

    // (B,3,H,W) -> (B,3,H,W)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var ordered = bgr ? x.flip(1) : x;
        return (ordered * scale.For(x)).Add(shift.For(x)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            scale.Dispose();
            shift.Dispose();
        }
        base.Dispose(disposing);
    }

    // ((x + 1) / 2 − mean) / deviation
    static ChannelNormalisation Standardised(float[] mean, float[] deviation) =>
        FromUnit(Array.ConvertAll(mean, value => 2 * value - 1), Array.ConvertAll(deviation, value => 2 * value));

    // (x − mean) / deviation
    static ChannelNormalisation FromUnit(float[] mean, float[] deviation) => new(
        false,
        [.. deviation.Select(value => 1 / value)],
        [.. mean.Zip(deviation, (m, d) => -m / d)]);
}

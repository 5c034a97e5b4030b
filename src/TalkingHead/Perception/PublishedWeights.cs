using System.Globalization;
using TalkingHead.Formats;
using static TorchSharp.torch.nn;

namespace TalkingHead.Perception;

/// <summary>A weight file that others published.</summary>
/// <param name="Name">Its name in the weights folder.</param>
/// <param name="Direct">Whether its address gives the file itself; otherwise a page where a person finds it.</param>
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

    /// <summary>Whether a file of the table is at hand.</summary>
    internal static bool Has(string name) => File.Exists(Path.Combine(Folder, name));

    /// <summary>Where a file of the table lies.</summary>
    /// <exception cref="UserException">It is not there; the message says how to get it.</exception>
    internal static string Locate(string name)
    {
        var path = Path.Combine(Folder, name);
        return File.Exists(path)
            ? path
            : throw new UserException($"{path}: no such file: run scripts/download-weights.sh {name}, or point {FolderVariable} at the folder that holds it.");
    }

    /// <summary>Fills a module from a file of the table, for use: evaluation mode, no parameter asks for a gradient.</summary>
    /// <inheritdoc cref="StateDict.Load"/>
    internal static T LoadInto<T>(T module, string name, Func<string, string>? nameInFile = null, Func<string, bool>? unused = null) where T : Module
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
            if (cells.Length != Columns || cells[1] is not ("direct" or "by-hand"))
                throw new FormatException($"{Resource}: \"{line}\" does not have {Columns} columns, the second of them direct or by-hand.");
            files.Add(new(cells[0], cells[1] == "direct", long.Parse(cells[2], CultureInfo.InvariantCulture), cells[3], cells[4], cells[5], cells[6]));
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

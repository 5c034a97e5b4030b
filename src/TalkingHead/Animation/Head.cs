using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Models;
using TalkingHead.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Animation;

/// <summary>
/// A person: a generator with spectral norm folded in, the person's ψ', mean landmark shape and one source picture; where the
/// run has references, the source frames' heads are in ψ'. It needs no run. One thread uses it at a time.
/// </summary>
public sealed class Head : IDisposable
{
    readonly PersonGenerator? generator; // none where it comes from an ONNX file
    readonly Tensor? psi;                // (1,A)
    OnnxModel? model;                    // where ONNX Runtime is the engine

    /// <param name="generator">Becomes the head's own (<see cref="GeneratorFactory"/>).</param>
    /// <param name="psi">ψ' (1,A); becomes the head's own.</param>
    /// <param name="configuration">Of the run.</param>
    /// <param name="meanShape">The person's mean landmarks, in pixels of a frame.</param>
    /// <param name="portrait">A source frame.</param>
    /// <param name="origin">What it was made of.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="texts">What its file's metadata says of all this; null where it comes from no file.</param>
    internal Head(PersonGenerator generator, Tensor psi, RunConfiguration configuration, Landmarks meanShape, Picture portrait,
        HeadOrigin origin, Device device, IReadOnlyDictionary<string, string>? texts = null)
    {
        (this.generator, Configuration, MeanShape, Portrait, Origin, Device) = (generator, configuration, meanShape, portrait,
            origin, device);
        this.psi = psi.DetachFromDisposeScope();
        if (device.type == DeviceType.CUDA)
            ComputeType.Set(generator, configuration.Training.Precision);
        _ = new HeldWeights(generator); // nothing changes it from here on; they go with its layers
        Texts = texts ?? HeadFile.Describe(configuration, origin);
        Id = HeadFile.Digest(this);
    }

    /// <summary>A head of an ONNX file; the model becomes its own.</summary>
    internal Head(
        OnnxModel model, RunConfiguration configuration, Landmarks meanShape, Picture portrait, HeadOrigin origin, Device device, string id,
        IReadOnlyDictionary<string, string> texts)
    {
        (this.model, Configuration, MeanShape, Portrait) = (model, configuration, meanShape, portrait);
        (Origin, Device, Id, Texts) = (origin, device, id, texts);
    }

    /// <summary>SHA-256 of all that the head is, in hexadecimal; an ONNX file keeps that of the head it was exported from.</summary>
    public string Id { get; }

    /// <summary>Of the run that it was made with.</summary>
    public RunConfiguration Configuration { get; }

    /// <summary>The person's mean landmarks, looking ahead (<see cref="LandmarkShape.Frontal"/>), in pixels of a frame.</summary>
    public Landmarks MeanShape { get; }

    /// <summary>A source frame.</summary>
    public Picture Portrait { get; }

    /// <summary>What the head was made of, and how.</summary>
    public HeadOrigin Origin { get; }

    /// <summary>Where its networks compute.</summary>
    public Device Device { get; }

    /// <summary>What computes its pictures.</summary>
    public Engine Engine => model is null ? Engine.Torch : Engine.Onnx;

    /// <summary>Whether it comes from an ONNX file, which only ONNX Runtime computes.</summary>
    public bool IsOnnxFile => generator is null;

    /// <summary>Pixels of a side.</summary>
    public int Size => Configuration.Data.Size;

    /// <summary>How landmarks are drawn for it.</summary>
    public LandmarkDrawing Drawing => LandmarkDrawing.From(Configuration.Landmarks);

    /// <summary>Numbers of the generator; of an ONNX file, with ψ' and what its graph adds.</summary>
    public long Parameters => generator?.parameters().Sum(parameter => parameter.numel()) ?? model!.File.Parameters;

    /// <summary>Length of ψ' without references; 0 for a head of an ONNX file, where it is part of the weights.</summary>
    public int StyleLength => generator?.StyleLength ?? 0;

    /// <summary>References in ψ', one for each source frame; 0 without, and for a head of an ONNX file.</summary>
    public int References => (int)(generator?.ReferencesIn(Psi.shape[1]) ?? 0);

    // As they stand in the file: another version of the program would write them otherwise, and the id with them.
    internal IReadOnlyDictionary<string, string> Texts { get; }

    internal PersonGenerator Generator => generator ?? throw OnnxOnly();

    internal Tensor Psi => psi ?? throw OnnxOnly();

    static UserException OnnxOnly() =>
        UserException.Usage("A head of an ONNX file can be animated and inspected only; export and save the head's own file.");

    /// <summary>Landmark images (B,3,S,S) in [-1,1] to pictures (B,3,S,S) in [-1,1], in the caller's dispose scope.</summary>
    public Tensor Generate(Tensor landmarkImages)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var pictures = model is null
            ? generator!.call(landmarkImages, psi!)
            : model.Run((OnnxHeadFile.Landmarks, landmarkImages))[OnnxHeadFile.Picture].to(Device);
        return pictures.MoveToOuterDisposeScope();
    }

    /// <summary>The person with these landmarks, which are in pixels of a frame.</summary>
    public Picture[] Generate(IReadOnlyList<Landmarks> landmarks) =>
        Generate([.. landmarks.Select(each => LandmarkImage.Draw(each, Size, Size, Drawing))]);

    /// <summary>The person of these landmark images.</summary>
    public Picture[] Generate(IReadOnlyList<Picture> landmarkImages)
    {
        using var scope = NewDisposeScope();
        return PictureTensor.ToPictures(Generate(PictureTensor.ToTensor(landmarkImages, Device)));
    }

    /// <summary>Writes the head as one safetensors file, whole or not at all.</summary>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public void Save(string path) => HeadFile.Save(this, path);

    /// <summary>Writes the head as one ONNX file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="half">Convolutions in float16; norms stay float32.</param>
    /// <exception cref="UserException">The file cannot be written, or the head comes from an ONNX file itself.</exception>
    public void ExportOnnx(string path, bool half = false) => OnnxHeadFile.Save(this, path, half);

    /// <summary>Lets an engine compute the pictures from here on.</summary>
    /// <exception cref="UserException">The head comes from an ONNX file, or ONNX Runtime cannot compute on its device.</exception>
    public void Use(Engine engine)
    {
        if (engine == Engine)
            return;
        if (IsOnnxFile)
            throw OnnxOnly();
        model?.Dispose();
        model = engine == Engine.Onnx ? OnnxHeadFile.Model(this) : null;
    }

    /// <summary>
    /// Lets the faster engine compute the pictures, by the time of a frame on this machine; says which and why. ONNX Runtime must
    /// be a tenth faster, so that chance does not choose between equals.
    /// </summary>
    public string UseFaster()
    {
        if (IsOnnxFile)
            return "ONNX Runtime (the head is an ONNX file)";
        if (Device.type != DeviceType.CPU)
            return "libtorch (on a GPU)";
        using var scope = NewDisposeScope();
        var landmarks = PictureTensor.ToTensor([LandmarkImage.Draw(MeanShape, Size, Size, Drawing)]);
        double torch = Time(Engine.Torch), onnx = Time(Engine.Onnx);
        if (onnx > 0.9 * torch)
            Use(Engine.Torch);
        var chosen = Engine == Engine.Onnx ? "ONNX Runtime" : "libtorch";
        return FormattableString.Invariant($"{chosen} (a frame takes ONNX Runtime {onnx:0.0} ms, libtorch {torch:0.0} ms)");

        double Time(Engine engine)
        {
            Use(engine);
            var best = double.MaxValue;
            for (var i = 0; i < 4; i++) // the first one warms up
            {
                var clock = Stopwatch.StartNew();
                Generate(landmarks).Dispose();
                best = Math.Min(best, clock.Elapsed.TotalMilliseconds);
            }
            return best;
        }
    }

    /// <summary>Fails now where <see cref="Save"/> would fail after minutes of work.</summary>
    /// <exception cref="UserException">The place cannot be written.</exception>
    public static void ExpectWritable(string path) => HeadFile.ExpectWritable(path);

    /// <summary>Reads a head's own file, or an ONNX file of one, which ONNX Runtime then computes.</summary>
    /// <exception cref="UserException">No head, one of another version, or a damaged one.</exception>
    public static Head Load(string path, Device? device = null) =>
        OnnxFile.Looks(path) ? OnnxHeadFile.Load(path, device ?? CPU) : HeadFile.Load(path, device ?? CPU);

    /// <inheritdoc/>
    public void Dispose()
    {
        model?.Dispose();
        generator?.Dispose();
        psi?.Dispose();
    }
}

/// <summary>What computes a head's pictures.</summary>
public enum Engine
{
    /// <summary>libtorch.</summary>
    Torch,

    /// <summary>ONNX Runtime.</summary>
    Onnx,
}

/// <summary>What a head was made of, and how.</summary>
public sealed record HeadOrigin
{
    /// <summary>Name of the meta-learned run.</summary>
    public required string Run { get; init; }

    /// <summary>Of its checkpoint.</summary>
    public required int Step { get; init; }

    /// <summary>Where the person's frames came from.</summary>
    public required SourceName Source { get; init; }

    /// <summary>T, frames learned from or embedded.</summary>
    public required int Shots { get; init; }

    /// <summary>Epochs of fine-tuning; null for a feed-forward head.</summary>
    public int? Epochs { get; init; }

    /// <summary>The epoch whose numbers these are.</summary>
    public int? KeptEpoch { get; init; }

    /// <summary>Of the fine-tuning.</summary>
    public int? Seed { get; init; }

    /// <summary>Version of the program.</summary>
    public string Program { get; init; } = typeof(HeadOrigin).Assembly.GetName().Version?.ToString(3) ?? "";

    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    internal string ToJson() => JsonSerializer.Serialize(this, Json);

    internal static HeadOrigin FromJson(string json, string where)
    {
        try
        {
            return JsonSerializer.Deserialize<HeadOrigin>(json, Json) is { Run: not null, Source: { Name: not null, Key: not null } } origin
                ? origin : throw new JsonException("a name is null");
        }
        catch (JsonException e)
        {
            throw new UserException($"{where}: its record of where it comes from cannot be read ({e.Message}); make the head again.", e);
        }
    }
}

/// <summary>A head at one glance: its source frames, their landmarks, and what the head makes of these.</summary>
public static class HeadSheet
{
    const int Most = 8;

    /// <summary>Draws up to eight of the source frames, evenly chosen.</summary>
    public static Picture Draw(Head head, SourceFrames source)
    {
        var count = Math.Min(Most, source.Count);
        int[] chosen = [.. Enumerable.Range(0, count).Select(k => (int)((2L * k + 1) * source.Count / (2L * count)))];
        var landmarks = source.Drawn(head.Configuration);
        var made = head.Generate([.. chosen.Select(frame => source.Landmarks[frame])]);
        return ContactSheet.Draw(
            [[.. chosen.Select(frame => source.Pictures[frame])], [.. chosen.Select(frame => landmarks[frame])], made],
            rowCaptions: ["source", "landmarks", "head"]);
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Animation;

/// <summary>
/// A person: a generator with spectral norm folded in, the person's ψ', mean landmark shape and one source picture. It
/// needs no run. One thread uses it at a time.
/// </summary>
public sealed class Head : IDisposable
{
    readonly PersonGenerator generator;
    readonly Tensor psi; // (1,A)

    /// <param name="generator">Becomes the head's own (<see cref="GeneratorFactory"/>).</param>
    /// <param name="psi">ψ' (1,A); becomes the head's own.</param>
    /// <param name="configuration">Of the run.</param>
    /// <param name="meanShape">The person's mean landmarks, in pixels of a frame.</param>
    /// <param name="portrait">A source frame.</param>
    /// <param name="origin">What it was made of.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="texts">What its file's metadata says of all this; null where it comes from no file.</param>
    internal Head(PersonGenerator generator, Tensor psi, RunConfiguration configuration, Landmarks meanShape, Picture portrait, HeadOrigin origin, Device device, IReadOnlyDictionary<string, string>? texts = null)
    {
        (this.generator, Configuration, MeanShape, Portrait, Origin, Device) = (generator, configuration, meanShape, portrait, origin, device);
        this.psi = psi.DetachFromDisposeScope();
        if (device.type == DeviceType.CUDA)
            ComputeType.Set(generator, configuration.Training.Precision);
        _ = new HeldWeights(generator); // nothing changes it from here on; they go with its layers
        Texts = texts ?? HeadFile.Describe(configuration, origin);
        Id = HeadFile.Digest(this);
    }

    /// <summary>SHA-256 of all that the head is, in hexadecimal.</summary>
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

    /// <summary>Pixels of a side.</summary>
    public int Size => Configuration.Data.Size;

    /// <summary>How landmarks are drawn for it.</summary>
    public LandmarkDrawing Drawing => LandmarkDrawing.From(Configuration.Landmarks);

    /// <summary>Numbers of the generator.</summary>
    public long Parameters => generator.parameters().Sum(parameter => parameter.numel());

    /// <summary>Length of ψ'.</summary>
    public int StyleLength => generator.StyleLength;

    // As they stand in the file: another version of the program would write them otherwise, and the id with them.
    internal IReadOnlyDictionary<string, string> Texts { get; }

    internal PersonGenerator Generator => generator;

    internal Tensor Psi => psi;

    /// <summary>Landmark images (B,3,S,S) in [-1,1] to pictures (B,3,S,S) in [-1,1], in the caller's dispose scope.</summary>
    public Tensor Generate(Tensor landmarkImages)
    {
        using var _ = no_grad();
        return generator.call(landmarkImages, psi);
    }

    /// <summary>The person with these landmarks, which are in pixels of a frame.</summary>
    public Picture[] Generate(IReadOnlyList<Landmarks> landmarks) => Generate([.. landmarks.Select(each => LandmarkImage.Draw(each, Size, Size, Drawing))]);

    /// <summary>The person of these landmark images.</summary>
    public Picture[] Generate(IReadOnlyList<Picture> landmarkImages)
    {
        using var scope = NewDisposeScope();
        return PictureTensor.ToPictures(Generate(PictureTensor.ToTensor(landmarkImages, Device)));
    }

    /// <summary>Writes the head as one safetensors file, whole or not at all.</summary>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public void Save(string path) => HeadFile.Save(this, path);

    /// <summary>Fails now where <see cref="Save"/> would fail after minutes of work.</summary>
    /// <exception cref="UserException">The place cannot be written.</exception>
    public static void ExpectWritable(string path) => HeadFile.ExpectWritable(path);

    /// <summary>Reads a head.</summary>
    /// <exception cref="UserException">No head, one of another version, or a damaged one.</exception>
    public static Head Load(string path, Device? device = null) => HeadFile.Load(path, device ?? CPU);

    /// <inheritdoc/>
    public void Dispose()
    {
        generator.Dispose();
        psi.Dispose();
    }
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
        int count = Math.Min(Most, source.Count);
        int[] chosen = [.. Enumerable.Range(0, count).Select(k => (int)((2L * k + 1) * source.Count / (2L * count)))];
        var landmarks = source.Drawn(head.Configuration);
        var made = head.Generate([.. chosen.Select(frame => source.Landmarks[frame])]);
        return ContactSheet.Draw(
            [[.. chosen.Select(frame => source.Pictures[frame])], [.. chosen.Select(frame => landmarks[frame])], made], rowCaptions: ["source", "landmarks", "head"]);
    }
}

using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Heads;

/// <summary>
/// A person: a generator with spectral norm folded in, the person's ψ', mean landmark shape and one source picture. It
/// needs no run. One thread uses it at a time.
/// </summary>
public sealed class Head : IDisposable
{
    readonly PersonGenerator generator;
    readonly Tensor psi; // (1,A)

    /// <param name="generator">Becomes the head's own (<see cref="HeadGenerator"/>).</param>
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

    public Device Device { get; }

    /// <summary>Pixels of a side.</summary>
    public int Size => Configuration.Data.Size;

    /// <summary>How landmarks are drawn for it.</summary>
    public LandmarkDrawing Drawing => LandmarkDrawing.Of(Configuration.Landmarks);

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

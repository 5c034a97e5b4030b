using System.Globalization;
using System.Text.Json;
using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Models;
using TalkingHead.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Animation;

/// <summary>
/// A head as one ONNX file: <c>landmarks</c> (N,3,S,S) to <c>picture</c> (N,3,S,S), both in [-1,1], ψ' as part of its
/// weights. Its metadata holds what a head's own file holds beside the weights, and a checksum.
/// </summary>
static class OnnxHeadFile
{
    internal const string Landmarks = "landmarks", Picture = "picture";
    internal const string FormatKey = "format", Format = "talkinghead-onnx-head", LicenceKey = "licence";
    const string IdKey = "head", ShapeKey = "mean_shape", PortraitKey = "portrait", PrecisionKey = "precision";

    internal const string Licence =
        "Written by talkinghead (MIT licence). The weights learned from data that may have terms of their own, and a head shows "
        + "a person: use it with that person's consent only.";

    public static void Save(Head head, string path, bool half)
    {
        using var stream = new MemoryStream();
        Write(head, stream, half);
        OnnxRunFiles.Save(path, stream);
    }

    /// <summary>A head of a safetensors file in ONNX Runtime.</summary>
    public static OnnxModel Model(Head head)
    {
        using var stream = new MemoryStream();
        Write(head, stream, half: false);
        return OnnxModel.Open(OnnxFile.Parse($"head {head.Id[..8]}", stream.ToArray()), head.Device);
    }

    static void Write(Head head, Stream stream, bool half)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        long side = head.Size;
        var graph = new OnnxGraph("head") { Half = half };
        var landmarks = graph.Input(Landmarks, "N", 3, side, side);
        graph.Output(head.Generator.Emit(graph, landmarks, side, head.Psi), Picture, "N", 3, side, side);
        graph.Write(stream, new Dictionary<string, string>(head.Texts)
        {
            [FormatKey] = Format,
            [IdKey] = head.Id,
            [ShapeKey] = JsonSerializer.Serialize(head.MeanShape.Values.ToArray()),
            [PortraitKey] = Convert.ToBase64String(PictureFile.Encode(head.Portrait, "portrait.png")),
            [PrecisionKey] = OnnxRunFiles.Precision(half),
            [LicenceKey] = Licence,
        });
    }

    /// <summary>Opens a head in ONNX Runtime.</summary>
    /// <exception cref="UserException">No head, a damaged one, or one that ONNX Runtime refuses.</exception>
    public static Head Load(string path, Device device)
    {
        var file = OnnxFile.Read(path);
        if (file.Metadata.GetValueOrDefault(FormatKey) != Format)
            throw new UserException($"{path}: no head, but another ONNX file; talkinghead export HEAD --onnx FILE makes heads.");
        if (file.ChecksumFits != true)
            throw WrongChecksum(path);
        var configuration = HeadFile.Configuration(path, Text(HeadFile.ConfigurationKey));
        long side = configuration.Data.Size;
        Expect(file.Inputs, new(Landmarks, [-1, 3, side, side]));
        Expect(file.Outputs, new(Picture, [-1, 3, side, side]));
        var (origin, shape, portrait, id) = (HeadOrigin.FromJson(Text(HeadFile.OriginKey), path), Shape(), Portrait(), Text(IdKey));
        return new Head(OnnxModel.Open(file, device), configuration, shape, portrait, origin, device, id, file.Metadata);

        string Text(string key) =>
            file.Metadata.GetValueOrDefault(key) is { Length: > 0 } text ? text : throw Damaged($"it has no \"{key}\" in its metadata");

        UserException Damaged(string what) => new($"{path}: damaged: {what}. Copy it again, or export it again.");

        void Expect(IReadOnlyList<OnnxValue> found, OnnxValue wanted)
        {
            if (found.Count != 1 || found[0].ToString() != wanted.ToString())
                throw Damaged($"its configuration asks for {wanted}, and the graph has {string.Join(", ", found)}");
        }

        Landmarks Shape()
        {
            try
            {
                var values = JsonSerializer.Deserialize<float[]>(Text(ShapeKey));
                if (values is { Length: 2 * Faces.Landmarks.Count } && values.All(float.IsFinite))
                    return new Landmarks(values);
            }
            catch (JsonException)
            {
                // said below
            }
            throw Damaged("its mean landmark shape cannot be read");
        }

        Picture Portrait()
        {
            try
            {
                var portrait = PictureFile.Decode(Convert.FromBase64String(Text(PortraitKey)), path, out _);
                if (portrait.Width == side && portrait.Height == side)
                    return portrait;
            }
            catch (FormatException)
            {
                // said below
            }
            throw Damaged("its source frame cannot be read");
        }
    }

    internal static UserException WrongChecksum(string path) =>
        new($"{path}: damaged or changed: its checksum is another than it says. Copy it again, or export it again.");
}

/// <summary>
/// A run's networks as two ONNX files, with which new people are enrolled feed-forward anywhere. The generator takes
/// <c>landmarks</c> (N,3,S,S) and <c>psi</c> (N or 1,A); the embedder with P takes K source <c>frames</c> and their
/// <c>landmarks</c> (K,3,S,S) and gives <c>psi</c> (1,A), its references as they were read (<see cref="References.BackProject"/>).
/// Pictures are in [-1,1].
/// </summary>
static class OnnxRunFiles
{
    internal const string GeneratorFormat = "talkinghead-onnx-generator", EmbedderFormat = "talkinghead-onnx-embedder";

    /// <summary>Where the embedder goes that belongs to a generator's file.</summary>
    public static string EmbedderPath(string path) => Path.ChangeExtension(path, ".embedder.onnx");

    public static void Save(TrainedRun run, string path, bool half)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        long side = run.Configuration.Data.Size, length = run.Generator.StyleLength;
        OnnxSize numbers = run.Generator.ReferenceLength > 0 ? "numbers" : length;
        using var generator = GeneratorFactory.Create(run.Generator, run.Configuration, CPU); // spectral norm folded, as in a head
        var drawing = new OnnxGraph("generator") { Half = half };
        var driver = drawing.Input(OnnxHeadFile.Landmarks, "N", 3, side, side);
        drawing.Output(generator.Emit(drawing, driver, side, null), OnnxHeadFile.Picture, "N", 3, side, side);

        var enrolling = new OnnxGraph("embedder") { Half = half };
        var frames = enrolling.Input("frames", "K", 3, side, side);
        var landmarks = enrolling.Input(OnnxHeadFile.Landmarks, "K", 3, side, side);
        var embedding = ((IOnnxEmbedder)run.Embedder).Emit(enrolling, frames, landmarks, side);
        enrolling.Output(run.Generator.EmitProjection(enrolling, embedding, frames, landmarks), "psi", 1, numbers);

        foreach (var (graph, format, to) in new[] { (drawing, GeneratorFormat, path), (enrolling, EmbedderFormat, EmbedderPath(path)) })
        {
            using var stream = new MemoryStream();
            graph.Write(stream, new Dictionary<string, string>
            {
                [OnnxHeadFile.FormatKey] = format,
                ["run"] = run.Name,
                ["step"] = run.Step.ToString(CultureInfo.InvariantCulture),
                ["precision"] = Precision(half),
                [HeadFile.ConfigurationKey] = run.Configuration.ToYaml(),
                [OnnxHeadFile.LicenceKey] = OnnxHeadFile.Licence,
            });
            Save(to, stream);
        }
    }

    /// <summary>In words, for the metadata.</summary>
    internal static string Precision(bool half) => half ? "float16, norms float32" : "float32";

    internal static void Save(string path, MemoryStream content)
    {
        try
        {
            PictureFile.MakeRoom(path);
            Serialization.AtomicFile.Write(path, file => content.WriteTo(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: the ONNX file cannot be written ({e.Message}). Choose another --onnx.", e);
        }
    }
}

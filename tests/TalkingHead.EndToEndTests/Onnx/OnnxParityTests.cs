using TalkingHead.Animation;
using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Libtorch;
using TalkingHead.Models;
using TalkingHead.Onnx;
using TalkingHead.Synthetic;
using TalkingHead.Tests;
using TalkingHead.Tests.Models;
using TalkingHead.Tests.Models.Import;
using TalkingHead.Tests.Serialization;
using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.EndToEndTests.Onnx;

/// <summary>
/// ONNX Runtime gives libtorch's pictures: the graph is emitted beside each layer's forward, and these tests hold the two together.
/// </summary>
public sealed class OnnxParityTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void TheSmallModelsHeadIsTheSame()
    {
        using var scope = NewDisposeScope();
        using var run = TrainedRun.Open(Repository.At("checkpoints/synthetic-64.safetensors"), "cpu");
        var (source, landmarks) = Person(run.Configuration, frames: 50);
        using var head = PersonFineTuner.Run(run, source, new() { FeedForward = true });
        var expected = head.Generate(landmarks);
        foreach (var half in new[] { false, true })
        {
            var path = folder.At($"head-{half}.onnx");
            head.ExportOnnx(path, half);
            OnnxOracle.Accepts(path);
            using var onnx = Head.Load(path);
            OnnxOracle.AreTheSame(expected, InParts(landmarks, 1, onnx.Generate), half, $"small head, half {half}, batch 1");
            OnnxOracle.AreTheSame(expected, InParts(landmarks, 8, onnx.Generate), half, $"small head, half {half}, batch 8");
            Assert.Equal((head.Id, head.Configuration, head.Origin), (onnx.Id, onnx.Configuration, onnx.Origin));
            Assert.Equal(head.MeanShape.Values.ToArray(), onnx.MeanShape.Values.ToArray());
            Assert.Equal(head.Portrait.Pixels, onnx.Portrait.Pixels);
        }
        head.Use(Engine.Onnx);
        OnnxOracle.AreTheSame(expected, head.Generate(landmarks), half: false, "the head itself, ONNX Runtime as its engine");
        head.Use(Engine.Torch);
        Assert.True(head.Generate(landmarks).equal(expected).all().item<bool>());
    }

    [Theory, InlineData(NetworkLayout.VtMaster), InlineData(NetworkLayout.VtSaveDisc)]
    public void TheReproductionsNetworksAreTheSame(NetworkLayout layout)
    {
        var configuration = new RunConfiguration { Data = new() { Size = 256 }, Network = new() { Layout = layout } };
        var networks = PersonNetworks.Build(configuration);
        VtNetworkTests.Fill(networks.Embedder);
        VtNetworkTests.Fill(networks.Generator);
        using var run = new TrainedRun("imported", 0, configuration, networks, null, CPU, []);
        AreTheSame(run, Formula.Values("style", 1, run.Generator.StyleLength).Mul(0.25).Add(0.5));
    }

    [Fact]
    public void ThePapersNetworksAreTheSame()
    {
        random.manual_seed(1);
        var configuration = RunConfiguration.Load(Repository.At("configs/paper-voxceleb2-256.yaml"));
        var networks = PersonNetworks.Build(configuration);
        using (var _ = no_grad())
            foreach (var (name, parameter) in networks.Embedder.named_parameters().Concat(networks.Generator.named_parameters()))
                if (name.EndsWith("gamma", StringComparison.Ordinal))
                    parameter.copy_(tensor([0.5f])); // fresh attention adds nothing
        using var run = new TrainedRun("paper", 0, configuration, networks, null, CPU, []);
        AreTheSame(run, run.Generator.Project(randn(1, configuration.Network.Embedding)));
    }

    [Theory, InlineData(16, 0), InlineData(16, 48), InlineData(0, 64)]
    public void SkipPathsCanvasAndReferencesAreTheSame(int canvasSide, int referenceSide)
    {
        random.manual_seed(1);
        var configuration = RunConfiguration.Load(Repository.At("configs/synthetic-64.yaml"));
        configuration = configuration with
        {
            Network = configuration.Network with
            {
                SkipPaths = true,
                CanvasSide = canvasSide,
                CanvasChannels = 6,
                ReferenceSide = referenceSide,
            },
        };
        using var run = new TrainedRun("extended", 0, configuration, PersonNetworks.Build(configuration), null, CPU, []);
        AreTheSame(run);
    }

    // Several landmark images at once, and one of them alone; without ψ, of the person that the run makes of two frames.
    void AreTheSame(TrainedRun run, Tensor? psi = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (source, landmarks) = Person(run.Configuration, frames: 2);
        var (frames, sourceLandmarks) = source.ToTensors(run.Configuration, CPU);
        if (run.Configuration.Network.ReferenceSide > 0) // one without its mouth, to which no reference is drawn
            landmarks = cat([landmarks, where(HeadFrame.PartMasks(landmarks)[..1, 2..].to(ScalarType.Bool), tensor(-1f), landmarks[..1])]);
        var enrolled = run.Project(run.Embed(frames, sourceLandmarks), frames, sourceLandmarks);
        psi ??= enrolled;
        using var generator = GeneratorFactory.Create(run.Generator, run.Configuration, CPU);
        var expected = generator.call(landmarks, psi);
        foreach (var half in new[] { false, true })
        {
            var files = run.ExportOnnx(folder.At($"run-{half}.onnx"), half);
            OnnxOracle.Accepts([.. files]);
            var what = $"{run.Name} {run.Configuration.Network.Layout}, half {half}";
            using var drawing = OnnxModel.Open(files[0]);
            Tensor Draw(Tensor part) => drawing.Run(("landmarks", part), ("psi", psi))["picture"];
            OnnxOracle.AreTheSame(expected, Draw(landmarks), half, $"{what}, batch {landmarks.shape[0]}");
            OnnxOracle.AreTheSame(expected[..1], Draw(landmarks[..1]), half, $"{what}, batch 1");
            using var enrolling = OnnxModel.Open(files[1]);
            var made = enrolling.Run(("frames", frames), ("landmarks", sourceLandmarks))["psi"];
            OnnxOracle.AreClose(enrolled, made, half, $"{what}, psi");
        }
    }

    // Source frames of a person, and landmark images (n,3,S,S) of that person's motion.
    (SourceFrames Source, Tensor Landmarks) Person(RunConfiguration configuration, int frames)
    {
        var recipe = new SyntheticRecipe { Identities = 1, Frames = frames, Size = configuration.Data.Size, Seed = 7, TestShare = 1 };
        SyntheticDataset.Write(folder.At("people"), recipe, workers: 1, _ => { }, default);
        using var dataset = Dataset.Open(folder.At("people"));
        var all = SourceFrames.From(dataset, 0, [.. Enumerable.Range(0, frames)], configuration);
        var source = SourceFrames.From(dataset, 0, [.. Enumerable.Range(0, Math.Min(8, frames))], configuration);
        return (source, all.ToTensors(configuration, CPU).Landmarks);
    }

    static Tensor InParts(Tensor landmarks, int size, Func<Tensor, Tensor> generate) => cat([.. landmarks.split(size).Select(generate)]);
}

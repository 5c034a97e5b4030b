using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Losses;
using TalkingHead.Models;
using TalkingHead.Tests.Models;
using TalkingHead.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Training;

public class TrainingStepTests
{
    // Networks of the small setting with the step over them.
    sealed class Game : IDisposable
    {
        public Game(string kind, RunConfiguration? other = null)
        {
            Configuration = other ?? SmallSetting.Configuration(kind);
            Networks = SmallSetting.Networks(Configuration);
            Rows = SmallSetting.Rows(Configuration);
            Content = ContentLoss.Create(Configuration.Objective);
            Step = new TrainingStep(Configuration, Networks.Embedder, Networks.Generator, Networks.Discriminator, Rows, Content);
        }

        public RunConfiguration Configuration { get; }
        public NetworkSet Networks { get; }
        public EmbeddingTable Rows { get; }
        public ContentLoss Content { get; }
        public TrainingStep Step { get; }

        public byte[] GeneratorBits() => [.. Bits(Networks.Embedder), .. Bits(Networks.Generator)];

        public byte[] DiscriminatorBits() => [.. Bits(Networks.Discriminator),
            .. Rows.Clips.SelectMany(Rows.Row).SelectMany(BitConverter.GetBytes)];

        static IEnumerable<byte> Bits(nn.Module network) =>
            network.state_dict().Values.SelectMany(value => value.contiguous().bytes.ToArray());

        public void Dispose()
        {
            Step.Dispose();
            Content.Dispose();
            Rows.Dispose();
            Networks.Dispose();
        }
    }

    [Fact]
    public void ReferencesOfTheSourceFramesReachTheGenerator()
    {
        using var scope = NewDisposeScope();
        var plain = SmallSetting.Configuration("plain");
        using var without = new Game("plain");
        using var with = new Game("plain", plain with { Network = plain.Network with { ReferenceSide = 8 } });
        var (expected, losses) = (without.Step.Run(SmallSetting.BatchOf(0)), with.Step.Run(SmallSetting.BatchOf(0)));
        Assert.Equal(expected["embedding_match"].item<float>(), losses["embedding_match"].item<float>(), 1e-5f);
        Assert.NotEqual(expected["content_pyramid"].item<float>(), losses["content_pyramid"].item<float>());
    }

    [Theory, InlineData("normal"), InlineData("plain")]
    public void GeneratorPhaseLeavesDiscriminatorBitsUnchanged(string kind)
    {
        using var scope = NewDisposeScope();
        using var game = new Game(kind);
        using var batch = SmallSetting.BatchOf(0);
        var (generator, discriminator) = (game.GeneratorBits(), game.DiscriminatorBits());
        game.Step.TrainGenerator(batch, game.Rows.Gather(batch.Clips, CPU), []);
        Assert.NotEqual(generator, game.GeneratorBits());
        Assert.Equal(discriminator, game.DiscriminatorBits());
    }

    [Theory, InlineData("normal"), InlineData("plain")]
    public void DiscriminatorPhaseLeavesGeneratorBitsUnchanged(string kind)
    {
        using var scope = NewDisposeScope();
        using var game = new Game(kind);
        using var batch = SmallSetting.BatchOf(0);
        var (generator, discriminator) = (game.GeneratorBits(), game.DiscriminatorBits());
        game.Step.TrainDiscriminator(batch, game.Rows.Gather(batch.Clips, CPU), SmallSetting.Target(1), []);
        Assert.Equal(generator, game.GeneratorBits());
        Assert.NotEqual(discriminator, game.DiscriminatorBits());
    }

    [Fact]
    public void WithAnOrthogonalRateMuonMovesTheMatricesOfEmbedderAndGeneratorAndAdamAllElse()
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration("plain");
        using var adam = new Game("plain");
        using var muon = new Game("plain", configuration with { Optimizer = configuration.Optimizer with { MuonRate = 0.02 } });
        using var start = SmallSetting.Networks(configuration);
        using var batch = SmallSetting.BatchOf(0);
        adam.Step.RateFactor = muon.Step.RateFactor = 0.5;
        adam.Step.Run(batch);
        muon.Step.Run(batch);
        Assert.Equal(adam.DiscriminatorBits(), muon.DiscriminatorBits());
        foreach (var (network, others, before) in new (nn.Module, nn.Module, nn.Module)[] { (muon.Networks.Embedder, adam.Networks.Embedder,
            start.Embedder), (muon.Networks.Generator, adam.Networks.Generator, start.Generator) })
            foreach (var (name, weight) in network.named_parameters())
                if (weight.ndim == 1)
                    Assert.Equal(others.get_parameter(name)!.contiguous().bytes.ToArray(), weight.contiguous().bytes.ToArray());
                else
                {
                    var moved = (weight - before.get_parameter(name)!).detach().flatten(1);
                    var rate = 0.01 * Math.Sqrt(Math.Max(1, moved.shape[0] / (double)moved.shape[1]));
                    Assert.InRange(linalg.svdvals(moved)[0].item<float>(), 0.6 * rate, 1.3 * rate);
                }
    }

    [Fact]
    public void AStepChangesTheRowsOfItsClipsOnly()
    {
        using var scope = NewDisposeScope();
        using var game = new Game("normal");
        using var batch = SmallSetting.BatchOf(0);
        var before = game.Rows.Clips.ToDictionary(clip => clip, game.Rows.Row);
        game.Step.Run(batch);
        foreach (var clip in game.Rows.Clips)
            if (batch.Clips.Contains(clip))
                Assert.NotEqual(before[clip], game.Rows.Row(clip));
            else
                Assert.Equal(before[clip], game.Rows.Row(clip));
    }

    [Fact]
    public void EveryParameterOfEveryNetworkLearns()
    {
        using var scope = NewDisposeScope();
        using var game = new Game("normal");
        using var batch = SmallSetting.BatchOf(0);
        var parts = new nn.Module[] { game.Networks.Embedder, game.Networks.Generator, game.Networks.Discriminator };
        var before = parts.Select(part => part.named_parameters().ToDictionary(pair => pair.name,
            pair => pair.parameter.detach().clone())).ToList();
        game.Step.Run(batch);
        for (var part = 0; part < parts.Length; part++)
            foreach (var (name, parameter) in parts[part].named_parameters())
                if (!Idle(name))
                    Assert.False(parameter.allclose(before[part][name], 0, 0), name);
    }

    // The softmax takes no notice of a key's bias, and the two halves of the hinge cancel in b while every score lies
    // inside the margin.
    internal static bool Idle(string parameter) => parameter.EndsWith("attention.key.bias") || parameter == "b";

    [Fact]
    public void TheWarmUpTrainsEmbedderAndGeneratorOnContentAlone()
    {
        using var scope = NewDisposeScope();
        using var game = new Game("plain");
        using var batch = SmallSetting.BatchOf(0);
        var (generator, discriminator) = (game.GeneratorBits(), game.DiscriminatorBits());
        var losses = game.Step.Run(batch, adversarial: false);
        Assert.Equal(["content_pyramid", "generator", "generator_gradient"], losses.Keys.Order());
        Assert.NotEqual(generator, game.GeneratorBits());
        Assert.Equal(discriminator, game.DiscriminatorBits());
    }

    [Fact]
    public void TheAdversarialGradientThatReachesThePictureIsNotZero()
    {
        // Summed with the discriminator's hinge and differentiated at once, it would cancel while D(x̂) > -1.
        using var scope = NewDisposeScope();
        using var game = new Game("normal");
        using var batch = SmallSetting.BatchOf(0);
        var rows = game.Rows.Gather(batch.Clips, CPU).Rows();
        var fake = SmallSetting.Target(1).requires_grad_(true);
        var (score, _) = game.Networks.Discriminator.call(fake, batch.TargetLandmarks, game.Networks.Discriminator.Person(rows));
        Assert.All(score.data<float>().ToArray(), value => Assert.True(value > -1));
        AdversarialLoss.Generator(score).backward();
        Assert.All(Enumerable.Range(0, SmallSetting.Batch), b => Assert.True(fake.grad![b].abs().max().item<float>() > 0));
    }

    [Fact]
    public void ARateFactorOfZeroMovesNoWeightAndNoRow()
    {
        using var scope = NewDisposeScope();
        using var game = new Game("plain");
        using var batch = SmallSetting.BatchOf(0);
        var before = Weights();
        game.Step.RateFactor = 0;
        game.Step.Run(batch);
        Assert.Equal(before, Weights());
        game.Step.RateFactor = 1;
        game.Step.Run(batch);
        Assert.All(before.Zip(Weights()), pair => Assert.NotEqual(pair.First, pair.Second));

        // What the optimisers hold: the power iteration's vectors move without them.
        byte[][] Weights() =>
        [
            .. new nn.Module[] { game.Networks.Embedder, game.Networks.Generator, game.Networks.Discriminator }
                .Select(network => network.parameters().SelectMany(weight => weight.contiguous().bytes.ToArray()).ToArray()),
            [.. batch.Clips.SelectMany(game.Rows.Row).SelectMany(BitConverter.GetBytes)],
        ];
    }

    [Fact]
    public void GradientsLongerThanTheLimitAreScaledToIt()
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration("plain");
        using var game = new Game("", configuration with { Optimizer = configuration.Optimizer with { ClipNorm = 0.01 } });
        using var batch = SmallSetting.BatchOf(0);
        game.Step.Run(batch);
        var gradients = game.Networks.Embedder.parameters().Concat(game.Networks.Generator.parameters())
            .Select(parameter => parameter.grad!.norm());
        Assert.Equal(0.01, stack(gradients).norm().item<float>(), 1e-5);
    }

    [Fact]
    public void InBf16TheSecondDiscriminatorStepComputesWithWhatTheFirstLearned()
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration("normal");
        configuration = configuration with
        {
            Training = configuration.Training with { Precision = Precision.Bf16 },
            Optimizer = configuration.Optimizer with { DiscriminatorRate = 0.05 }
        };
        using var game = new Game("", configuration);
        using var batch = SmallSetting.BatchOf(0);
        var rows = game.Rows.Gather(batch.Clips, CPU);
        var fake = SmallSetting.Target(1);
        game.Step.TrainDiscriminator(batch, rows, fake, []);
        var expected = Loss();
        OrderedDictionary<string, Tensor> losses = [];
        game.Step.TrainDiscriminator(batch, rows, fake, losses);
        Assert.Equal(expected, losses["discriminator"].item<float>());

        float Loss()
        {
            using var _ = no_grad();
            var (real, faked) = game.Networks.Discriminator.Compare(batch.Target, fake, batch.TargetLandmarks,
                game.Networks.Discriminator.Person(rows.Rows()));
            return AdversarialLoss.Discriminator(real, faked).item<float>();
        }
    }

    [Fact]
    public void AStepLeavesItsLossesAndNothingElse()
    {
        using var game = new Game("normal");
        using var batch = SmallSetting.BatchOf(0);
        for (var i = 0; i < 2; i++) // the optimisers' moments are made in the first step
            game.Step.Run(batch).Values.ToList().ForEach(loss => loss.Dispose());
        using var scope = NewDisposeScope();
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        var losses = game.Step.Run(batch);
        Assert.Equal(losses.Count, scope.DisposablesCount);
        Assert.Equal(before + losses.Count, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void ANumberThatIsNoneStopsTheStepBeforeAnyWeightChangesAndNamesTheTerm()
    {
        using var scope = NewDisposeScope();
        using var game = new Game("plain");
        using var batch = SmallSetting.BatchOf(0);
        batch.Target[0, 0, 0, 0] = tensor(float.NaN);
        var (generator, discriminator) = (game.GeneratorBits(), game.DiscriminatorBits());
        var failure = Assert.Throws<NonFiniteException>(() => game.Step.Run(batch, adversarial: false));
        Assert.Contains("content_pyramid", failure.Term);
        Assert.Equal(generator, game.GeneratorBits());
        Assert.Equal(discriminator, game.DiscriminatorBits());
    }
}

using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TalkingHead.Models;
using TalkingHead.Tests.Models;
using TalkingHead.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Training;

public class FineTuningStepTests
{
    [Fact]
    public void PsiAndTheirOwnVectorChangeWhileTheProjectionAndTheCommonVectorRest()
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration("normal");
        using var networks = SmallSetting.Networks(configuration);
        using var content = ContentLoss.Create(configuration.Objective);
        var embedding = Embedding(networks);
        using var step = new FineTuningStep(configuration, networks.Generator, networks.Discriminator, embedding, content);
        var (psi, person) = (step.Psi.detach().clone(), step.Person.detach().clone());
        Assert.True(psi.allclose(networks.Generator.Project(embedding), 0, 0));
        Assert.True(person.allclose(networks.Discriminator.Person(embedding), 0, 0));
        var before = State(networks.Generator).Concat(State(networks.Discriminator)).ToDictionary();

        var losses = step.Run(SmallSetting.Target(0), SmallSetting.TargetLandmarks(0));

        Assert.DoesNotContain("embedding_match", losses.Keys);
        Assert.True((step.Psi != psi).any().item<bool>());
        Assert.True((step.Person != person).any().item<bool>());
        foreach (var (key, value) in State(networks.Generator).Concat(State(networks.Discriminator)))
            if (!TrainingStepTests.Idle(key))
                Assert.Equal(key.StartsWith("projection.") || key.StartsWith("w0."), value.allclose(before[key], 0, 0));
    }

    [Fact]
    public void AFrameIsLearnedInTurnsWithoutReferencesWithoutItsOwnAndWithAllWhichRest()
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration("plain");
        configuration = configuration with
        {
            Network = configuration.Network with { ReferenceSide = 8 },
            Optimizer = configuration.Optimizer with { ParallelParts = true },
        };
        using var content = ContentLoss.Create(configuration.Objective);
        float[] losses = Learned(changed: null), ownChanged = Learned(changed: 0), otherChanged = Learned(changed: 1);
        Assert.Equal(losses[..2], ownChanged[..2]);
        Assert.NotEqual(losses[2], ownChanged[2]);
        Assert.Equal(losses[0], otherChanged[0]);
        Assert.NotEqual(losses[1], otherChanged[1]);

        // The first frame's losses in three steps, where one reference shows something else.
        float[] Learned(int? changed)
        {
            using var networks = SmallSetting.Networks(configuration);
            var (generator, embedding) = (networks.Generator, Embedding(networks));
            var (frames, landmarks) = (SmallSetting.Target(0), SmallSetting.TargetLandmarks(0));
            var psi = generator.Project(embedding, frames.unsqueeze(0), landmarks.unsqueeze(0)).detach();
            int styles = generator.StyleLength, each = (int)generator.ReferenceLength;
            Assert.Equal([1, styles + SmallSetting.Batch * each], psi.shape);
            if (changed is { } number)
                psi[0, (styles + number * each + 2)..(styles + (number + 1) * each)] = tensor(0.7f);
            using var step = new FineTuningStep(configuration, generator, networks.Discriminator, embedding, content, psi);
            Assert.Throws<ArgumentNullException>(() => step.Run(frames[..1], landmarks[..1]));
            float[] losses = [.. Enumerable.Range(0, 3).Select(_ =>
                step.Run(frames[..1], landmarks[..1], own: tensor(new long[] { 0 }))["content_pyramid"].item<float>())];
            Assert.True(step.Psi[0, styles..].equal(psi[0, styles..]).all().item<bool>());
            Assert.True((step.Psi[0, ..styles] != psi[0, ..styles]).any().item<bool>());
            return losses;
        }
    }

    [Fact]
    public void APersonOfOneFrameIsLearnedWithoutItsReference()
    {
        using var scope = NewDisposeScope();
        var small = SmallSetting.Configuration("plain");
        using var networks = SmallSetting.Networks(small with { Network = small.Network with { ReferenceSide = 8 } });
        var generator = networks.Generator;
        var psi = rand(1, generator.StyleLength + generator.ReferenceLength);
        var without = generator.WithoutOwn(psi, tensor(new long[] { 0 }));
        Assert.True(without.equal(psi[.., ..generator.StyleLength]).all().item<bool>());
        // Nothing of a reference shows, whatever its share would be.
        using var _ = no_grad();
        var picture = generator.call(SmallSetting.TargetLandmarks(0), without);
        generator.get_parameter("last.bias")![3] = tensor(50f);
        Assert.True(picture.allclose(generator.call(SmallSetting.TargetLandmarks(0), without), 0, 0));
        Assert.False(picture.allclose(generator.call(SmallSetting.TargetLandmarks(0), psi)));
    }

    [Fact]
    public void TheDiscriminatorsBiasLearnsWhereScoresAreNotBothInsideTheMargin()
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration("normal");
        using var networks = SmallSetting.Networks(configuration);
        using var content = ContentLoss.Create(configuration.Objective);
        var b = networks.Discriminator.get_parameter("b")!;
        using (no_grad())
            b.Add_(100); // real pictures are past the margin, and made ones are not
        var embedding = Embedding(networks);
        var embedder = networks.Embedder.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        using var step = new FineTuningStep(configuration, networks.Generator, networks.Discriminator, embedding, content);
        var before = b.item<float>();
        step.Run(SmallSetting.Target(0), SmallSetting.TargetLandmarks(0));
        Assert.NotEqual(before, b.item<float>());
        Assert.All(networks.Embedder.state_dict(), pair => Assert.True(pair.Value.allclose(embedder[pair.Key], 0, 0)));
    }

    [Fact]
    public void ItLearnsThePerson()
    {
        using var scope = NewDisposeScope();
        var small = SmallSetting.Configuration("plain");
        var configuration = small with { Optimizer = small.Optimizer with { GeneratorRate = 2e-3, Epsilon = 1e-8 } };
        using var networks = SmallSetting.Networks(configuration);
        using var content = ContentLoss.Create(configuration.Objective);
        var embedding = Embedding(networks);
        using var step = new FineTuningStep(configuration, networks.Generator, networks.Discriminator, embedding, content);
        var (frames, landmarks) = (nn.functional.interpolate(SmallSetting.Target(0)[.., .., ..4, ..4], size: [32, 32],
            mode: InterpolationMode.Bilinear), SmallSetting.TargetLandmarks(0));
        float first = 0, last = 0;
        for (var i = 0; i < 15; i++)
        {
            last = step.Run(frames, landmarks)["content_pyramid"].item<float>();
            first = i == 0 ? last : first;
        }
        Assert.True(last < 0.8 * first, $"content loss went from {first} to {last}.");
    }

    [Fact]
    public void InTheWarmUpTheGeneratorAloneLearnsFromTheContentLoss()
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration("normal");
        using var networks = SmallSetting.Networks(configuration);
        using var content = ContentLoss.Create(configuration.Objective);
        var embedding = Embedding(networks);
        using var step = new FineTuningStep(configuration, networks.Generator, networks.Discriminator, embedding, content);
        var (psi, person, before) = (step.Psi.detach().clone(), step.Person.detach().clone(), State(networks.Discriminator));
        var losses = step.Run(SmallSetting.Target(0), SmallSetting.TargetLandmarks(0), adversarial: false);
        Assert.All(losses.Keys, key => Assert.True(key.StartsWith("content_") || key.StartsWith("generator"), key));
        Assert.True((step.Psi != psi).any().item<bool>());
        Assert.True(step.Person.allclose(person, 0, 0));
        Assert.All(State(networks.Discriminator), pair => Assert.True(pair.Value.allclose(before[pair.Key], 0, 0), pair.Key));
        Assert.Contains("adversarial", step.Run(SmallSetting.Target(0), SmallSetting.TargetLandmarks(0)).Keys);
        Assert.False(step.Person.allclose(person, 0, 0));
    }

    [Fact]
    public void PartsAtTheSameTimeLearnWhatTheWholeBatchDoesWithTheSameBitsOnAnyNumberOfThreads()
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        try
        {
            var whole = Learned(parts: false);
            set_num_threads(1);
            var one = Learned(parts: true);
            set_num_threads(3);
            var three = Learned(parts: true);
            Assert.Equal(3, get_num_threads());
            Fixtures.AssertClose(one, whole, "psi, learned in parts");
            Assert.Equal(one.bytes.ToArray(), three.bytes.ToArray());
        }
        finally
        {
            set_num_threads(threads);
        }

        static Tensor Learned(bool parts)
        {
            var small = SmallSetting.Configuration("normal");
            var configuration = small with
            {
                Optimizer = small.Optimizer with { Accumulation = 2, ParallelParts = parts, GeneratorRate = 2e-3, Epsilon = 1e-3 },
            };
            using var networks = SmallSetting.Networks(configuration);
            using var content = ContentLoss.Create(configuration.Objective);
            var embedding = Embedding(networks);
            using var step = new FineTuningStep(configuration, networks.Generator, networks.Discriminator, embedding, content);
            for (var i = 0; i < 3; i++)
                foreach (var frames in new[] { SmallSetting.Target(0), SmallSetting.Target(0)[..1] }) // the last batch is shorter
                    step.Run(frames, SmallSetting.TargetLandmarks(0)[..(int)frames.shape[0]]);
            return step.Psi.detach().clone();
        }
    }

    static Tensor Embedding(NetworkSet networks) =>
        networks.Embedder.call(SmallSetting.Source(0), SmallSetting.SourceLandmarks(0)).detach().mean([0], keepdim: true);

    // Parameters only: with spectral norm on, resting layers keep refining u and v.
    static Dictionary<string, Tensor> State(nn.Module network) =>
        network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.detach().clone());
}

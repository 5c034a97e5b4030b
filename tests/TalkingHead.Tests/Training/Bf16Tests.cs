using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Losses;
using TalkingHead.Models;
using TalkingHead.Tests.Models;
using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Training;

/// <summary>bfloat16 by casts beside float32.</summary>
public class Bf16Tests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("normal")]
    public void AStepsLossesAndGradientsAreThoseOfFloat32ToItsDigits(string kind)
    {
        using var scope = NewDisposeScope();
        var (exact, slopes) = Step(Precision.Float32);
        var (rounded, roundedSlopes) = Step(Precision.Bf16);
        Assert.Equal(exact.Keys, rounded.Keys);
        foreach (var (name, loss) in exact)
            Assert.True(Math.Abs(rounded[name] - loss) <= 0.02 * Math.Max(1, Math.Abs(loss)), $"{name}: {rounded[name]} for {loss}");
        // The direction of each side's gradient; a part of 2^-8 is lost in each of dozens of layers.
        Assert.All(slopes.Zip(roundedSlopes),
            pair => Assert.InRange((pair.First.dot(pair.Second) / pair.First.norm() / pair.Second.norm()).item<float>(), 0.98, 1.001));

        (Dictionary<string, double>, Tensor[]) Step(Precision precision)
        {
            var configuration = SmallSetting.Configuration(kind);
            configuration = configuration with { Training = configuration.Training with { Precision = precision } };
            using var networks = SmallSetting.Networks(configuration);
            using var rows = SmallSetting.Rows(configuration);
            using var content = ContentLoss.Create(configuration.Objective, precision: precision);
            using var step = new TrainingStep(configuration, networks.Embedder, networks.Generator, networks.Discriminator, rows, content);
            using var batch = SmallSetting.BatchOf(0);
            var losses = step.Run(batch).Where(loss => !loss.Key.EndsWith("_gradient", StringComparison.Ordinal))
                .ToDictionary(loss => loss.Key, loss => (double)loss.Value.item<float>());
            Assert.All(networks.Generator.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
            return (losses, [step.GeneratorOptimizer.Flat.Gradients!.clone(), step.DiscriminatorOptimizer.Flat.Gradients!.clone()]);
        }
    }

    [Fact]
    public void APersonsNumbersAreLearnedInFloat32()
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration("plain");
        configuration = configuration with { Training = configuration.Training with { Precision = Precision.Bf16 } };
        using var networks = SmallSetting.Networks(configuration);
        using var content = ContentLoss.Create(configuration.Objective, precision: Precision.Bf16);
        var embedding = networks.Embedder.call(SmallSetting.Source(0), SmallSetting.SourceLandmarks(0)).detach()[..1];
        using var step = new FineTuningStep(configuration, networks.Generator, networks.Discriminator, embedding, content);
        var before = step.Psi.detach().clone();
        step.Run(SmallSetting.Target(0), SmallSetting.TargetLandmarks(0));
        Assert.Equal(ScalarType.Float32, step.Psi.dtype);
        Assert.True((step.Psi != before).any().item<bool>());
    }

    [Fact]
    public void ConvolutionsComputeInItAndPicturesComeOutInFloat32()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var configuration = SmallSetting.Configuration("plain");
        using var networks = SmallSetting.Networks(configuration
            with
        { Training = configuration.Training with { Precision = Precision.Bf16 } });
        var types = new List<ScalarType>();
        foreach (var layer in networks.Generator.modules().OfType<SpectralNormConv2d>())
            layer.register_forward_hook((_, _, y) => { types.Add(y.dtype); return y; });
        var picture = networks.Generator.call(SmallSetting.TargetLandmarks(0), Formula.Values("psi", 1, networks.Generator.StyleLength));
        Assert.All(types, type => Assert.Equal(ScalarType.BFloat16, type));
        Assert.Equal(ScalarType.Float32, picture.dtype);
    }
}

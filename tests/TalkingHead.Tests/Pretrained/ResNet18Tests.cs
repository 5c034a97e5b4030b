using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TalkingHead.Onnx;
using TalkingHead.Pretrained;
using TalkingHead.Tests.Models;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Pretrained;

/// <summary>The network comes with its package, so these never skip.</summary>
public sealed class ResNet18Tests
{
    [Fact]
    public void ItEqualsOnnxRuntime()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var picture = Formula.Values("picture", 1, 3, 224, 224).Clamp(-1, 1);
        using var network = ResNet18.Load();
        var maps = network.call(picture);
        Assert.Equal([(64, 56), (128, 28), (256, 14), (512, 7)], maps.Select(map => (map.shape[1], map.shape[2])));

        using var model = OnnxModel.Open(PublishedWeights.Locate(ResNet18.File));
        using var input = ChannelNormalisation.Bytes([123.1516f, 115.9029f, 103.0626f], bgr: true);
        var expected = model.Run((model.File.Inputs[0].Name, input.call(picture))).Values.Single().flatten();
        var found = maps[^1].mean([2, 3]).flatten();
        Assert.True(expected.max().item<float>() > 1, "the reference sees nothing in the picture");
        Assert.True((found - expected).abs().max().item<float>() < 1e-5 * Math.Max(1, expected.abs().max().item<float>()));
    }

    [Theory, InlineData(33, 70), InlineData(64, 64), InlineData(256, 256)]
    public void EveryStageOfAnySizeSendsItsGradientToThePicture(int height, int width)
    {
        using var scope = NewDisposeScope();
        using var network = ResNet18.Load(stages: 3);
        for (int stage = 0; stage < 3; stage++)
        {
            var picture = Formula.Values("picture", 1, 3, height, width).detach().requires_grad_(true);
            network.call(picture)[stage].mean().backward();
            Assert.True(picture.grad!.abs().max().item<float>() > 0);
        }
        Assert.All(network.parameters(), parameter => Assert.False(parameter.requires_grad));
    }

    [Fact]
    public void TheContentLossOfTargetsComputedOnceIsTheSame()
    {
        using var scope = NewDisposeScope();
        using var content = ContentLoss.Create(new ObjectiveSettings { Content = ContentKind.Resnet18, Structure = 1 }.Resolved());
        Assert.Equal("content loss: activations of ImageNet's ResNet-18 beside a pyramid of the pictures, as the configuration says", content.Reason);
        var (fake, real) = (Formula.Values("fake", 2, 3, 48, 40).detach().requires_grad_(true), Formula.Values("real", 2, 3, 48, 40).detach().requires_grad_(true));
        var (fresh, kept) = (new LossTerms(), new LossTerms());
        content.AddTerms(fresh, fake, real);
        content.AddTerms(kept, fake, real, content.Targets(real));
        Assert.Equal(fresh["content_resnet18"].item<float>(), kept["content_resnet18"].item<float>());
        Assert.True(fresh["content_pyramid"].item<float>() > 0 && fresh["content_structure"].item<float>() > 0);
        kept.Total().backward();
        Assert.True(fake.grad!.abs().max().item<float>() > 0);
        Assert.True(real.grad is null || real.grad.abs().max().item<float>() == 0);
        var equal = new LossTerms();
        content.AddTerms(equal, real, real);
        Assert.Equal(0, equal["content_resnet18"].item<float>());
    }
}

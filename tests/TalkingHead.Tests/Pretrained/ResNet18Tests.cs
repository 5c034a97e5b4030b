using Onnx;
using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TalkingHead.Onnx;
using TalkingHead.Pretrained;
using TalkingHead.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Pretrained;

/// <summary>The network comes with its package, so these never skip.</summary>
public sealed class ResNet18Tests
{
    // A content loss is loaded when it is first asked for, which may be within the scope of one person's fine-tuning.
    [Fact]
    public void ItOutlivesTheScopeInWhichItIsLoaded()
    {
        ResNet18 network;
        using (NewDisposeScope())
        {
            network = ResNet18.Load();
            _ = network.call(zeros(1, 3, 32, 32));
        }
        using (network)
        using (NewDisposeScope())
            Assert.Equal(3, network.call(zeros(1, 3, 32, 32)).Length);
    }

    // The file's graph, node by node and nothing folded, gives what ONNX Runtime gives; each stage gives what the graph does.
    [Fact]
    public void EveryStageEqualsTheGraphThatOnnxRuntimeRuns()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var picture = Formula.Values("picture", 1, 3, 224, 224);
        using var network = ResNet18.Load();
        using var input = ChannelNormalisation.Bytes([123.1516f, 115.9029f, 103.0626f], bgr: true);
        var graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(PublishedWeights.Locate(ResNet18.File))).Graph;
        var values = graph.Initializer.ToDictionary(weight => weight.Name, weight => tensor(weight.FloatData.ToArray(), [.. weight.Dims]));
        values["Input247"] = input.call(picture);
        foreach (var node in graph.Node)
        {
            Tensor Of(int i) => values[node.Input[i]];
            long[] Numbers(string name) => [.. node.Attribute.Single(attribute => attribute.Name == name).Ints];
            Tensor Padded(double value) => Numbers("pads") is var p && p.All(pad => pad == 0) ? Of(0)
                : nn.functional.pad(Of(0), [p[1], p[3], p[0], p[2]], PaddingModes.Constant, value);
            values[node.Output[0]] = node.OpType switch
            {
                "Conv" => nn.functional.conv2d(Padded(0), Of(1), strides: Numbers("strides")),
                "BatchNormalization" => nn.functional.batch_norm(Of(0), Of(3), Of(4), Of(1), Of(2)),
                "Relu" => Of(0).relu(),
                "Add" => Of(0).Add(Of(1)),
                "MaxPool" => nn.functional.max_pool2d(Padded(double.NegativeInfinity), 3, 2),
                _ => Of(0).mean([2, 3]),
            };
        }
        using var model = OnnxModel.Open(PublishedWeights.Locate(ResNet18.File));
        var (pooled, expected) = (values[graph.Output[0].Name].flatten(),
            model.Run(("Input247", values["Input247"])).Values.Single().flatten());
        Assert.True((pooled - expected).abs().max().item<float>() < 1e-5 * expected.max().item<float>());

        var maps = network.call(picture);
        Assert.Equal([(64, 56), (128, 28), (256, 14)], maps.Select(map => (map.shape[1], map.shape[2])));
        string[] stages = ["ReLU283_Output_0", "ReLU315_Output_0", "ReLU347_Output_0"];
        double[] errors =
            [.. stages.Select((stage, i) => (double)((values[stage] - maps[i]).abs().max() / values[stage].max()).item<float>())];
        Assert.True(errors.All(error => error < 1e-5), string.Join(", ", errors));
    }

    [Theory, InlineData(33, 70), InlineData(64, 64), InlineData(256, 256)]
    public void EveryStageOfAnySizeSendsItsGradientToThePicture(int height, int width)
    {
        using var scope = NewDisposeScope();
        using var network = ResNet18.Load();
        for (var stage = 0; stage < 3; stage++)
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
        Assert.Equal("content loss: activations of ImageNet's ResNet-18 beside a pyramid of the pictures, as the configuration says",
            content.Reason);
        var (fake, real) = (Formula.Values("fake", 2, 3, 48, 40).detach().requires_grad_(true),
            Formula.Values("real", 2, 3, 48, 40).detach().requires_grad_(true));
        var (fresh, kept) = (new LossSum(), new LossSum());
        content.AddTerms(fresh, fake, real, real);
        content.AddTerms(kept, fake, real, real, content.Targets(real));
        Assert.Equal(fresh["content_resnet18"].item<float>(), kept["content_resnet18"].item<float>());
        Assert.True(fresh["content_pyramid"].item<float>() > 0 && fresh["content_structure"].item<float>() > 0);
        kept.Total().backward();
        Assert.True(fake.grad!.abs().max().item<float>() > 0);
        Assert.True(real.grad is null || real.grad.abs().max().item<float>() == 0);
        var equal = new LossSum();
        content.AddTerms(equal, real, real, real);
        Assert.Equal(0, equal["content_resnet18"].item<float>());
    }
}

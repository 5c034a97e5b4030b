using TalkingHead.Libtorch;
using TalkingHead.Pretrained;
using TorchSharp;
using static TalkingHead.Tests.Pretrained.PerceptionFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Pretrained;

public sealed class VggTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    static VggKind Kind(string name) => name switch
    {
        "caffe19" => VggKind.Caffe19,
        "torchvision19" => VggKind.Torchvision19,
        _ => VggKind.Face,
    };

    [Theory]
    [InlineData("caffe19")]
    [InlineData("torchvision19")]
    [InlineData("face")]
    public void EveryTapAndTheGradientOfThePictureEqualPyTorchs(string name)
    {
        using var network = FormulaWeights.Fill(Vgg.Empty(Kind(name)), Kind(name).NameInFile);
        var picture = FormulaWeights.Values("picture", 1, 3, 64, 64).requires_grad_();
        var taps = network.call(picture);
        Assert.Equal(5, taps.Length);
        for (var i = 0; i < taps.Length; i++)
            AssertClose(Expected($"vgg.{name}.tap{i}"), Sample(taps[i]));
        taps.Select((tap, i) => (tap * FormulaWeights.Values($"probe{i}", tap.shape)).mean()).Aggregate((sum, term) => sum.Add(term))
            .backward();
        AssertClose(Expected($"vgg.{name}.gradient"), Sample(picture.grad!));
    }

    [Fact]
    public void EachTapAloneSendsAGradientToThePictureAndNoneToTheWeights()
    {
        using var network = Vgg.Random(VggKind.Face, seed: 3);
        for (var i = 0; i < Vgg.ContentTaps.Length; i++)
        {
            var picture = FormulaWeights.Values("picture", 1, 3, 32, 32).requires_grad_();
            network.call(picture)[i].mean().backward();
            Assert.True(picture.grad!.abs().sum().item<float>() > 0, Vgg.ContentTaps[i]);
        }
        Assert.All(network.parameters(), parameter => Assert.False(parameter.requires_grad));
        Assert.All(network.parameters(), parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void TheSameSeedGivesTheSameRandomNetworkAndKeepsActivationsInScale()
    {
        using var first = Vgg.Random(VggKind.Torchvision19, seed: 7);
        using var second = Vgg.Random(VggKind.Torchvision19, seed: 7);
        using var other = Vgg.Random(VggKind.Torchvision19, seed: 8);
        var picture = FormulaWeights.Values("picture", 1, 3, 32, 32);
        float[] One(Vgg network) => Values(network.call(picture)[4]);
        Assert.Equal(One(first), One(second));
        Assert.NotEqual(One(first), One(other));
        Assert.InRange(One(first).Average(), 0.05, 5);
    }

    [Theory]
    [InlineData("caffe19", "vgg19")]
    [InlineData("torchvision19", "vgg19")]
    [InlineData("face", "vgg_face_dag")]
    public void ThePublishedFileHasWhatTheNetworkNeedsAndNothingUnknown(string name, string file)
    {
        using var network = Vgg.Empty(Kind(name));
        AssertFits(file, network, Kind(name).NameInFile, Kind(name).IsUnused);
    }

    [Fact]
    public void CaffesInputIsBgrInBytesLessTheMeans()
    {
        using var caffe = ChannelNormalisation.Bytes([123.68f, 116.779f, 103.939f], bgr: true);
        var picture = tensor([1f, 0, -1]).view(1, 3, 1, 1);
        AssertClose([-103.939f, 127.5f - 116.779f, 255 - 123.68f], Values(caffe.call(picture)), 1e-6);
        using var torchvision = ChannelNormalisation.Torchvision();
        AssertClose([(1 - 0.485f) / 0.229f, (0.5f - 0.456f) / 0.224f, -0.406f / 0.225f], Values(torchvision.call(picture)), 1e-6);
    }

    [Fact]
    public void APictureOfAnotherShapeIsRefusedWithBothShapes()
    {
        using var network = Vgg.Empty(VggKind.Face);
        var error = Assert.Throws<ArgumentException>(() => network.call(zeros(1, 1, 32, 32)));
        Assert.Equal("VGGFace's picture: got (1,1,32,32), expected (any,3,any,any).", error.Message);
    }

    [Fact]
    public void ForwardLeavesOnlyItsTapsInTheScope()
    {
        using var network = Vgg.Random(VggKind.Face, seed: 1);
        var picture = zeros(1, 3, 32, 32);
        using var inner = NewDisposeScope();
        var taps = network.call(picture);
        Assert.Equal(taps.Length, inner.DisposablesCount);
    }
}

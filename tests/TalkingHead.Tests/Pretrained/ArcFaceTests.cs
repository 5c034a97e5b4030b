using TalkingHead.Libtorch;
using TalkingHead.Pretrained;
using TorchSharp;
using static TalkingHead.Tests.Pretrained.PerceptionFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Pretrained;

public sealed class ArcFaceTests
{
    [Theory]
    [InlineData("iresnet50", 475, 43_590_848, 1e-5)]
    [InlineData("iresnet100", 925, 65_156_160, 1e-5)]
    [InlineData("irse50", 397, 43_797_696, 1e-2)] // with these weights; PyTorch's float32 is 0.003 off
    public void EmbeddingsEqualPyTorchsAndTheEntriesAreThePublishedFiles(string name, int entries, long parameters, double mostOffInFloat32)
    {
        var kind = name switch
        {
            "iresnet50" => ArcFaceKind.IResNet50,
            "iresnet100" => ArcFaceKind.IResNet100,
            _ => ArcFaceKind.IrSe50,
        };
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var network = kind.Build();
        Assert.Equal(entries, network.state_dict().Count);
        Assert.Equal(parameters, Parameters(network));
        AssertFits(name, network);

        using var face = new ArcFace(kind.Name, FormulaWeights.Fill(network), kind.Bgr);
        var embeddings = face.call(FormulaWeights.Values("faces", 2, 3, 112, 112));
        AssertClose([1, 1], Values(embeddings.Square().sum([1])), 1e-5);
        face.to(ScalarType.Float64);
        var exact = face.call(FormulaWeights.Values("faces", 2, 3, 112, 112).to(ScalarType.Float64)).to(ScalarType.Float32);
        AssertClose(Expected($"arcface.{name}"), Values(exact), 1e-6);
        AssertClose(Values(exact), Values(embeddings), mostOffInFloat32);
    }
}

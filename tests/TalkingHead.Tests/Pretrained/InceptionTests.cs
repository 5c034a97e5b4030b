using TalkingHead.Pretrained;
using TorchSharp;
using static TalkingHead.Tests.Pretrained.PerceptionFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Pretrained;

public sealed class InceptionTests
{
    const double Tolerance = 1e-3;

    [Fact]
    public void FeaturesEqualTheFidNetworksAndNotTorchvisions()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var network = FormulaWeights.Fill(new Inception());
        var features = network.call(FormulaWeights.Values("picture", 1, 3, 299, 299));
        Assert.Equal([1, 2048], features.shape);
        AssertClose(Expected("inception.fid"), Values(features), Tolerance);
        var unpatched = Difference(Expected("inception.unpatched"), Values(features));
        Assert.True(unpatched > 10 * Tolerance, $"torchvision's unpatched network is only {unpatched:g3} away: this test could not tell "
            + $"them apart");
    }

    [Fact]
    public void EntriesAndParametersAreThePublishedFiles()
    {
        using var network = new Inception();
        Assert.Equal(566, network.state_dict().Count);
        Assert.Equal(23_850_960, Parameters(network));
        AssertFits("inception", network);
    }
}

using TalkingHead.Evaluation.Metrics;
using TalkingHead.Libtorch;
using TalkingHead.Pretrained;
using TorchSharp;
using static TalkingHead.Tests.Pretrained.PerceptionFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Pretrained;

public sealed class I3dTests
{
    [Fact]
    public void OutputsEqualPyTorchsAndTheEntriesAreThePublishedFiles()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var network = FormulaWeights.Fill(new I3d());
        AssertFits("i3d", network);
        Assert.Equal(12_697_264, Parameters(network));
        var found = network.call(FormulaWeights.Values("clip", 1, 3, 16, 224, 224));
        Assert.Equal([1, 400], found.shape);
        AssertClose(Expected("i3d"), Values(found), 1e-3);
        Assert.StartsWith("I3D's clips: got 8 frames, expected 9 or more.",
            Assert.Throws<ArgumentException>(() => network.call(zeros([1, 3, 8, 224, 224]))).Message);
    }

    [Fact]
    public void AClipOfAnyShapeIsSeenInItsMiddle()
    {
        using var scope = NewDisposeScope();
        using var distance = new VideoDistance(FormulaWeights.Fill(new I3d()), CPU);
        var square = FormulaWeights.Values("frames", VideoDistance.Frames, 3, 224, 224).Add(1).Mul(127.5).to(ScalarType.Byte);
        var wide = cat([zeros_like(square).narrow(3, 0, 20), square, zeros_like(square).narrow(3, 0, 20)], 3);
        var found = distance.Features(wide);
        Assert.Equal([1, I3d.Features], found.shape);
        AssertClose(Values(distance.Features(square)), Values(found), 1e-6);
    }

    [Fact]
    public void RowsOfFramesAreCutIntoClipsOfSixteen()
    {
        static bool[] Row(int length) => [false, .. Enumerable.Repeat(true, length - 1)];
        Assert.Empty(VideoDistance.Clips(Row(15)));
        Assert.Equal([0], VideoDistance.Clips(Row(16)));
        Assert.Equal([0, 16], VideoDistance.Clips(Row(40)));
        Assert.Equal([15, 32], VideoDistance.Clips([.. Row(15), .. Row(17), .. Row(16)]));
    }
}

using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Media;

public sealed class PictureTensorTests
{
    [Fact]
    public void EveryByteSurvivesTheRoundTrip()
    {
        using var scope = NewDisposeScope();
        Picture[] pictures = [TestPictures.Noise(16, 16, seed: 1), TestPictures.Noise(16, 16, seed: 2)];
        for (var i = 0; i < 256; i++)
            pictures[0].Pixels[i] = (byte)i;
        var images = PictureTensor.ToTensor(pictures);
        Assert.Equal([2, 3, 16, 16], images.shape);
        var back = PictureTensor.ToPictures(images);
        Assert.Equal(pictures[0].Pixels, back[0].Pixels);
        Assert.Equal(pictures[1].Pixels, back[1].Pixels);
    }

    [Fact]
    public void ChannelsComeFirstInMinusOneToOne()
    {
        using var scope = NewDisposeScope();
        var picture = new Picture(2, 1, [0, 51, 255, 255, 0, 102]);
        var image = picture.ToTensor();
        Assert.Equal([-1f, 1f, -0.6f, -1f, 1f, -0.2f], image.data<float>().ToArray().Select(v => MathF.Round(v, 5)));
    }

    [Fact]
    public void ValuesOutsideTheRangeAreClamped()
    {
        using var scope = NewDisposeScope();
        var picture = PictureTensor.ToPicture(tensor([-3f, 3f, 0f], [3, 1, 1]));
        Assert.Equal([0, 255, 128], picture.Pixels);
    }
}

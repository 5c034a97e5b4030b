using TalkingHead.Evaluation;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Evaluation;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using static TalkingHead.Tests.Evaluation.MetricFixtures;
using static TorchSharp.torch;

namespace TalkingHead.EndToEndTests.Evaluation;

public sealed class ResNet18DistanceTests : IDisposable
{
    readonly ResNet18Distance distance = ResNet18Distance.Load(CPU);
    readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        distance.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void ItsFeaturesOfAPictureDoNotDependOnThoseBesideIt()
    {
        using var scope = NewDisposeScope();
        var together = distance.Features(Stacked("truth", "blurred", "noisy"));
        Assert.Equal([3, 256], together.shape);
        Assert.Equal(distance.Features(Stacked("blurred")).data<float>().ToArray(), together[1].data<float>().ToArray());
    }

    // What a person says of these: the next frame is nearest, a stronger blur is farther, another person is farthest.
    [Fact]
    public void ItOrdersFramesAsAPersonDoes()
    {
        Needs.Ffmpeg();
        var others = Frames("head-pose-female.mp4");
        foreach (var clip in (string[])["head-pose-male.mp4", "wide-again.mkv"])
        {
            var frames = Frames(clip);
            double next = Median(frames, i => frames[i + 1]), weak = Median(frames, i => Blurred(frames[i], 5)), strong = Median(frames,
                i => Blurred(frames[i], 9));
            var another = Median(frames, i => Fit(others[i], frames[i]));
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{clip}: next frame {next:0.0000}, blur 5 {weak:0.0000}, blur 9 {strong:0.0000}, another person {another:0.0000}");
            Assert.True(next < weak && weak < strong && strong < another, $"{clip}: {next}, {weak}, {strong}, {another}");
        }
    }

    [Fact]
    public void ComparingHasBothMetricsWithoutAnyDownload()
    {
        foreach (var (name, place) in new[] { ("truth", "real/000000"), ("blurred", "fake/000000"), ("truth", "real/000001"),
            ("truth", "fake/000001") })
            Load(name).Save(folder.At($"{place}.png"));
        using var real = PictureSet.Open(folder.At("real"));
        using var fake = PictureSet.Open(folder.At("fake"));
        using var comparison = new Comparison(real, fake, new() { Metrics = [Metric.Resnet18, Metric.FdResnet18, Metric.Temporal] });
        var rows = comparison.Run().Rows;
        Assert.Equal(["resnet18", "FD-resnet18", "FD-resnet18 floor", "Temporal"], rows.Select(row => row.Metric));
        using var scope = NewDisposeScope();
        Assert.Equal(distance.Compute(Stacked("truth"), Stacked("blurred")).item<double>() / 2, rows[0].Value!.Value, 1e-6);
        Assert.True(rows[1].Value > 0);
        Assert.Equal("biased: N < 256", rows[1].Marks.Single());
        // the error of the one frame is the change that is missing
        Assert.Equal(L1.Compute(Stacked("truth"), Stacked("blurred")).item<double>(), rows[3].Value!.Value, 1e-9);
        Assert.Equal(1, rows[3].Real);
    }

    // The face's square of every few frames, so that a person fills it.
    static Picture[] Frames(string clip)
    {
        using var reader = VideoReader.Open(RealClips.Path(clip));
        return [.. reader.Frames().Skip(10).Take(6).Select(frame => Square(frame.Clone()))];
    }

    static Picture Square(Picture frame)
    {
        var side = Math.Min(frame.Width, frame.Height);
        return Resampler.Crop(frame, (frame.Width - side) / 2.0, (frame.Height - side) / 2.0, side, side, 256, 256);
    }

    static Picture Fit(Picture picture, Picture like) => (picture.Width, picture.Height) == (like.Width, like.Height) ? picture
        : picture.Resize(like.Width, like.Height);

    double Median(Picture[] frames, Func<int, Picture> other)
    {
        using var scope = NewDisposeScope();
        var values = Enumerable.Range(0, frames.Length - 1).Select(i =>
            distance.Compute(PictureTensor.ToBytes([frames[i]]), PictureTensor.ToBytes([other(i)])).item<double>()).Order().ToArray();
        return values[values.Length / 2];
    }

    // A box of that many pixels, each way.
    static Picture Blurred(Picture picture, int width)
    {
        var result = picture.Clone();
        var reach = width / 2;
        foreach (var (across, down) in new[] { (1, 0), (0, 1) })
        {
            var from = result.Clone();
            for (var y = 0; y < picture.Height; y++)
                for (var x = 0; x < picture.Width; x++)
                    for (var channel = 0; channel < 3; channel++)
                    {
                        var sum = 0;
                        for (var k = -reach; k <= reach; k++)
                            sum += from.Pixels[3 * (Math.Clamp(y + down * k, 0, picture.Height - 1) * picture.Width
                                + Math.Clamp(x + across * k, 0, picture.Width - 1)) + channel];
                        result.Pixels[3 * (y * picture.Width + x) + channel] = (byte)Math.Round(sum / (double)width);
                    }
        }
        return result;
    }
}

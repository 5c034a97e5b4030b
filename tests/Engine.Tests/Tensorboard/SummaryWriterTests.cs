using SkiaSharp;
using TorchSharp.Utils.tensorboard.Enums;
using static TorchSharp.torch;

namespace Engine.Tests.Tensorboard;

public sealed class SummaryWriterTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("summary-writer").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    Fields Written(Action<TorchSharp.Modules.SummaryWriter> add)
    {
        add(utils.tensorboard.SummaryWriter(folder));
        var events = EventFile.Read(EventFile.Single(folder));
        Assert.Equal(2, events.Count);
        return events[1];
    }

    [Fact]
    public void ChecksumIsTheFormatsOwn() => Assert.Equal(0xE3069283u, Unmasked(EventFile.Masked("123456789"u8))); // CRC-32C's published check value

    static uint Unmasked(uint masked) => (masked - 0xa282ead8u) is var rotated ? (rotated >> 17) | (rotated << 15) : 0;

    [Fact]
    public void TheFirstEventNamesTheFormat()
    {
        var writer = utils.tensorboard.SummaryWriter(folder, "-train");
        Assert.Equal(folder, writer.LogDir);
        var file = EventFile.Single(folder);
        Assert.EndsWith("-train", file);
        Assert.Equal("brain.Event:2", Assert.Single(EventFile.Read(file)).Text(3));
    }

    [Fact]
    public void AScalarIsInTheFileWhenTheCallReturns()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var written = Written(writer => writer.add_scalar("loss/content", 1.5f, 42));
        Assert.Equal(42, written.Whole(2));
        Assert.InRange(written.Double(1), before - 1, before + 60);
        Assert.Equal("loss/content", written.Value.Text(1));
        Assert.Equal(1.5f, written.Value.Single(2));
    }

    [Fact]
    public void AGivenTimeIsKept() => Assert.Equal(1234567890, Written(writer => writer.add_scalar("x", 0, 0, 1234567890)).Double(1));

    [Fact]
    public void ScalarsOfOneChartGoToFoldersOfTheirOwn()
    {
        var writer = utils.tensorboard.SummaryWriter(folder);
        for (var step = 0; step < 3; step++) writer.add_scalars("loss/all", new Dictionary<string, float> { ["g"] = step, ["d"] = -step }, step);
        foreach (var (name, sign) in ((string, int)[])[("g", 1), ("d", -1)])
        {
            var events = EventFile.Read(EventFile.Single(Path.Combine(folder, $"loss_all_{name}")));
            Assert.Equal([0f, sign, 2 * sign], events.Skip(1).Select(one => one.Value.Single(2)));
            Assert.All(events.Skip(1), one => Assert.Equal("loss/all", one.Value.Text(1)));
        }
    }

    [Fact]
    public void TextIsATensorForTheTextPlugin()
    {
        var value = Written(writer => writer.add_text("config", "a: 1 – ψ", 0)).Value;
        Assert.Equal("config/text_summary", value.Text(1));
        Assert.Equal("text", value.Message(9).Message(1).Text(1));
        Assert.Equal(7, value.Message(8).Whole(1));
        Assert.Equal(1, value.Message(8).Message(2).Message(2).Whole(1));
        Assert.Equal("a: 1 – ψ", value.Message(8).Text(8));
    }

    [Fact]
    public void AHistogramCountsEveryFiniteValueOnce()
    {
        using var values = tensor([-2f, 0f, 0.5f, 0.5f, 3f, float.NaN, float.PositiveInfinity]);
        var histogram = Written(writer => writer.add_histogram("w", values, 1)).Value.Message(5);
        Assert.Equal((-2, 3, 5), (histogram.Double(1), histogram.Double(2), histogram.Double(3)));
        Assert.Equal((2, 13.5), (histogram.Double(4), histogram.Double(5)));
        double[] limits = histogram.Doubles(6), counts = histogram.Doubles(7);
        Assert.Equal(limits.Length, counts.Length);
        Assert.Equal(5, counts.Sum());
        Assert.Equal((0, 1), (counts[0], counts[1]));
        Assert.True(limits[0] <= -2 && limits[^1] > 3 && limits.SequenceEqual(limits.Order()));
    }

    [Fact]
    public void APictureComesBackWithItsPixels()
    {
        using var picture = zeros(3, 2, 5);
        picture[0, 1, 4] = tensor(1f);
        picture[1, 0, 0] = tensor(0.5f);
        var image = Written(writer => writer.add_img("face", picture, 3)).Value.Message(4);
        Assert.Equal((2, 5), (image.Whole(1), image.Whole(2)));
        using var bitmap = SKBitmap.Decode(image.Bytes(4).ToArray());
        Assert.Equal(new SKColor(255, 0, 0), bitmap!.GetPixel(4, 1));
        Assert.Equal(new SKColor(0, 127, 0), bitmap!.GetPixel(0, 0));
        Assert.Equal(SKColors.Black, bitmap!.GetPixel(2, 1));
    }

    [Theory]
    [InlineData("HWC", 4, 6, 3, 4, 6)]
    [InlineData("HW", 4, 6, 0, 4, 6)]
    [InlineData("NCHW", 10, 1, 4, 8, 48)]
    public void OtherLayoutsAndGridsHaveTheirSizes(string format, long a, long b, long c, long height, long width)
    {
        using var picture = format.Length switch { 2 => ones(a, b), 3 => ones(a, b, c), _ => ones(a, b, c, 6) };
        var image = Written(writer => writer.add_img("grid", picture, 0, dataformats: format)).Value.Message(4);
        Assert.Equal((height, width), (image.Whole(1), image.Whole(2)));
    }

    [Fact]
    public void APictureFileIsAddedAsItLooks()
    {
        var path = Path.Combine(folder, "one.png");
        using (var bitmap = new SKBitmap(3, 2))
        {
            bitmap.SetPixel(1, 1, SKColors.Lime);
            using var file = File.Create(path);
            bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        }
        var image = Written(writer => writer.add_img("file", path, 0)).Value.Message(4);
        using var back = SKBitmap.Decode(image.Bytes(4).ToArray());
        Assert.Equal((3, 2, SKColors.Lime), (back!.Width, back.Height, back.GetPixel(1, 1)));
    }

    [Fact]
    public void AWrongLayoutIsNamed()
    {
        using var picture = ones(3, 4);
        var error = Assert.Throws<ArgumentException>(() => utils.tensorboard.SummaryWriter(folder).add_img("x", picture, 0));
        Assert.Equal("add_img: the tensor is (3,4), the format \"CHW\". Expected a letter of N, C, H, W for each dimension.", error.Message);
    }

    [Fact]
    public void AVideoIsAnAnimatedGif()
    {
        using var video = rand([3, 4, 3, 10, 12]);
        var image = Written(writer => writer.add_video("clip", video, 0, fps: 10)).Value.Message(4);
        Assert.Equal((20, 24), (image.Whole(1), image.Whole(2)));
        Assert.StartsWith("GIF89a", System.Text.Encoding.ASCII.GetString(image.Bytes(4).Span[..6]));
    }

    [Fact]
    public void TwoWritersOfOneFolderHaveFilesOfTheirOwn()
    {
        utils.tensorboard.SummaryWriter(folder);
        utils.tensorboard.SummaryWriter(folder);
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public void ThreadsThatWriteAtOnceLoseNothing()
    {
        var writer = utils.tensorboard.SummaryWriter(folder);
        Parallel.For(0, 4, thread => { for (var step = 0; step < 100; step++) writer.add_scalar($"{thread}", step, step); });
        Assert.Equal(401, EventFile.Read(EventFile.Single(folder)).Count);
    }
}

using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using static TalkingHead.EndToEndTests.Media.MadeMedia;

namespace TalkingHead.EndToEndTests.Media;

/// <summary>What cannot be read of a file is counted and named, and the rest keeps its place.</summary>
public sealed class DamageTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public DamageTests() => Needs.Ffmpeg();

    public void Dispose() => folder.Dispose();

    // 40 JPEG frames, of which some are garbage.
    string Damaged(int first, int count)
    {
        Ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=4", "-c:v", "mjpeg", "-q:v", "3", folder.At("a.avi"));
        var bytes = File.ReadAllBytes(folder.At("a.avi"));
        for (int frame = 0, at = 0; (at = bytes.AsSpan(at).IndexOf((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) is >= 0 and var next ? at + next
            : -1) >= 0; frame++, at += 3)
            if (frame >= first && frame < first + count)
                bytes.AsSpan(at, 700).Fill(0x55);
        File.WriteAllBytes(folder.At("damaged.avi"), bytes);
        return folder.At("damaged.avi");
    }

    [Theory]
    [InlineData(20, 3, false)]
    [InlineData(0, 3, false)]
    [InlineData(37, 3, false)]
    [InlineData(10, 6, true)] // more than a tenth
    public void LostFramesAreCountedAndTheOthersKeepTheirTimes(int first, int count, bool grave)
    {
        using var reader = VideoReader.Open(Damaged(first, count));
        var frames = reader.TimedFrames().ToArray();
        Assert.Equal(Enumerable.Range(0, 40).Where(i => i < first || i >= first + count), frames.Select(frame => frame.Number));
        Assert.All(frames, frame => Assert.Equal(frame.Number / 10.0, frame.Seconds, 0.001));
        Assert.Equal((count, 40, true, grave), (reader.Damage.Lost, reader.Damage.Frames, reader.Damage.IsThere, reader.Damage.IsGrave));
        Assert.Equal($"{folder.At("damaged.avi")}: the video is damaged: {count} of its 40 frames could not be read; get a whole copy of "
            + $"the file.", reader.Damage.Sentence);
    }

    [Fact]
    public void ACorruptMiddleOfH264IsTold()
    {
        Ffmpeg("-f", "lavfi", "-i", "mandelbrot=size=160x120:rate=12", "-t", "3", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "20",
            folder.At("a.mp4"));
        var bytes = File.ReadAllBytes(folder.At("a.mp4"));
        new Random(1).NextBytes(bytes.AsSpan(bytes.Length / 2, 5000));
        File.WriteAllBytes(folder.At("a.mp4"), bytes);
        using var reader = VideoReader.Open(folder.At("a.mp4"));
        var frames = reader.TimedFrames().ToArray();
        Assert.True(reader.Damage.IsThere);
        Assert.Equal(36 - reader.Damage.Lost, frames.Length);
        Assert.All(frames, frame => Assert.Equal(frame.Number / 12.0, frame.Seconds, 0.001));
    }

    [Theory]
    [InlineData("a.mp4", "libx264")]
    [InlineData("a.webm", "libvpx")] // with frames that are decoded and never shown
    [InlineData("a.avi", "mpeg4")]
    [InlineData("a.ts", "mpeg2video")]
    public void AWholeFileIsNotCalledDamaged(string name, string codec)
    {
        string[] more = codec == "libvpx" ? ["-auto-alt-ref", "1", "-lag-in-frames", "16"] : codec == "mpeg4" ? ["-bf", "2"] : [];
        FfmpegOrSkip(["-f", "lavfi", "-i", "testsrc=size=64x48:rate=25:duration=2", "-pix_fmt", "yuv420p", "-c:v", codec, .. more,
            folder.At(name)]);
        using var reader = VideoReader.Open(folder.At(name));
        Assert.Equal(50, reader.Frames().Count());
        Assert.False(reader.Damage.IsThere);
    }
}

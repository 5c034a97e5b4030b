using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Datasets.Preparation;

/// <summary>A video read frame by frame, of which some frames are picked.</summary>
sealed class VideoTake : IDisposable
{
    /// <summary>A larger video is read at this width or height: its faces are large enough still, and 32 frames of it fit in memory.</summary>
    const int MostSide = 1920;

    readonly VideoReader reader;

    VideoTake(VideoReader reader) => this.reader = reader;

    internal int FrameCount => (int)Math.Min(int.MaxValue, reader.FrameCount);

    /// <summary>The middle of its frames.</summary>
    internal FaceBox Middle => new(reader.Width / 2.0, reader.Height / 2.0, reader.Width / 2.0, reader.Height / 2.0);

    internal double Rate => reader.Rate.PerSecond;

    /// <exception cref="UserException">No video that can be read.</exception>
    internal static VideoTake Open(string path) => new(Reader(path));

    /// <summary>The video at its own size, or at the largest that is read.</summary>
    /// <exception cref="UserException">No video that can be read.</exception>
    internal static VideoReader Reader(string path)
    {
        var reader = VideoReader.Open(path);
        if (Math.Max(reader.Width, reader.Height) <= MostSide)
            return reader;
        var wide = reader.Width >= reader.Height;
        reader.Dispose();
        return VideoReader.Open(path, wide ? new() { Width = MostSide } : new() { Height = MostSide });
    }

    /// <summary>So many numbers from [first, end), evenly spaced; all of them where there are no more.</summary>
    internal static int[] Evenly(int first, int end, int count)
    {
        var length = end - first;
        if (count == 0 || count >= length)
            return [.. Enumerable.Range(first, length)];
        return [.. Enumerable.Range(0, count).Select(i => first + (int)((2L * i + 1) * length / (2L * count)))];
    }

    /// <summary>The frames of those numbers, which ascend, from the start of the video; each a picture of its own.</summary>
    internal IEnumerable<Picture> Pick(IEnumerable<int> numbers, CancellationToken stop)
    {
        var frame = new Picture(reader.Width, reader.Height);
        foreach (var number in numbers)
        {
            do
            {
                stop.ThrowIfCancellationRequested();
                if (!reader.Read(frame))
                    yield break;
            }
            while (reader.FramesRead <= number);
            yield return frame;
            frame = new(reader.Width, reader.Height);
        }
    }

    public void Dispose() => reader.Dispose();
}

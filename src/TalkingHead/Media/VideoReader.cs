namespace TalkingHead.Media;

/// <summary>How a video is read.</summary>
public sealed record VideoReadSettings
{
    /// <summary>Frames are resized to this; 0 keeps the video's own, or follows the other side.</summary>
    public int Width { get; init; }

    /// <inheritdoc cref="Width"/>
    public int Height { get; init; }

    /// <summary>Frames are dropped or repeated to this rate; null gives each stored frame once.</summary>
    public FrameRate? Rate { get; init; }
}

/// <summary>
/// Reads the frames of any video or GIF through an ffmpeg pipe, one at a time: it holds one frame, however long the
/// video is. Frames come upright (rotation metadata) and in one size.
/// </summary>
public sealed class VideoReader : IDisposable
{
    readonly string path;
    readonly Ffmpeg ffmpeg;
    bool ended;

    VideoReader(string path, VideoInfo info, FrameRate rate, int width, int height, Ffmpeg ffmpeg)
    {
        (this.path, Info, Rate, Width, Height, this.ffmpeg) = (path, info, rate, width, height, ffmpeg);
        FrameCount = rate == info.Rate ? info.FrameCount : (long)Math.Round(info.Seconds * rate.PerSecond);
    }

    /// <summary>The file as it is.</summary>
    public VideoInfo Info { get; }

    /// <summary>Of the frames given.</summary>
    public FrameRate Rate { get; }

    /// <summary>Of the frames given.</summary>
    public int Width { get; }

    /// <summary>Of the frames given.</summary>
    public int Height { get; }

    /// <summary>How many frames to expect; exact where <see cref="VideoReadSettings.Rate"/> is null.</summary>
    public long FrameCount { get; }

    /// <summary>How many frames were given so far.</summary>
    public long FramesRead { get; private set; }

    /// <exception cref="UserException">The file is missing, no video, damaged or too large, or ffmpeg is missing.</exception>
    public static VideoReader Open(string path, VideoReadSettings? settings = null)
    {
        settings ??= new();
        var info = VideoInfo.Probe(path);
        var (width, height) = (settings.Width, settings.Height) switch
        {
            (0, 0) => (info.Width, info.Height),
            (var w, 0) => (w, Math.Max(1, (int)Math.Round((double)info.Height * w / info.Width))),
            (0, var h) => (Math.Max(1, (int)Math.Round((double)info.Width * h / info.Height)), h),
            var both => both,
        };
        if (!Picture.SizeIsAllowed(width, height))
            throw UserException.Usage($"{path}: frames of {width}x{height} were asked for; the limit is {Picture.MaxSide} a side.");

        // The scaler keeps every frame at one size, should the stream change it, and exact rounding on every machine.
        var spacing = settings.Rate is { } rate ? $"fps={rate}," : "";
        var filters = $"{spacing}scale={width}:{height}:flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact,setsar=1,format=rgb24";
        var ffmpeg = Ffmpeg.Start("ffmpeg",
        [
            "-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", "-i", Ffmpeg.FileUrl(path),
            "-map", "0:V:0", "-an", "-sn", "-dn", "-vf", filters, "-fps_mode", "passthrough", "-f", "rawvideo", "-",
        ], reads: true);
        return new(path, info, settings.Rate ?? info.Rate, width, height, ffmpeg);
    }

    /// <summary>Reads the next frame into <paramref name="frame"/>; false after the last.</summary>
    /// <exception cref="UserException">The video breaks off or is damaged.</exception>
    public bool Read(Picture frame)
    {
        if (frame.Width != Width || frame.Height != Height)
            throw new ArgumentException($"Frames are {Width}x{Height}, the picture is {frame.Width}x{frame.Height}.", nameof(frame));
        if (ended)
            return false;
        var got = ffmpeg.Output.ReadAtLeast(frame.Pixels, frame.Pixels.Length, throwOnEndOfStream: false);
        if (got == frame.Pixels.Length)
        {
            FramesRead++;
            return true;
        }

        ended = true;
        var code = ffmpeg.Wait();
        if (code != 0 || got != 0 || FramesRead == 0)
            throw new UserException($"{path}: the video is damaged after frame {FramesRead} ({Words()}).");
        return false;
    }

    /// <summary>The frames that are left, each a picture of its own.</summary>
    public IEnumerable<Picture> Frames(CancellationToken cancel = default)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var frame = new Picture(Width, Height);
            if (!Read(frame))
                yield break;
            yield return frame;
        }
    }

    public void Dispose() => ffmpeg.Dispose();

    string Words() => ffmpeg.LastWords() is { Length: > 0 } words ? words : "ffmpeg gave no reason";
}

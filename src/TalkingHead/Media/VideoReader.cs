using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TalkingHead.Media;

/// <summary>How a video is read.</summary>
public sealed record VideoReadSettings
{
    /// <summary>Frames are resized to this; 0 keeps the video's own, or follows the other side.</summary>
    public int Width { get; init; }

    /// <inheritdoc cref="Width"/>
    public int Height { get; init; }

    /// <summary>Frames are dropped or repeated to this rate; null gives each shown frame once, with its own time.</summary>
    public FrameRate? Rate { get; init; }
}

/// <summary>
/// Reads the frames of any video or GIF through an ffmpeg pipe, one at a time: it holds one frame, however long the
/// video is. Frames come upright (rotation metadata), in one size, in sRGB, with the times at which they are shown.
/// </summary>
public sealed class VideoReader : IDisposable
{
    readonly string path;
    readonly Ffmpeg ffmpeg;
    readonly FrameLog log;
    readonly byte[]? rgba; // where frames may be transparent
    bool ended;

    VideoReader(string path, VideoInfo info, FrameRate? rate, int width, int height, Ffmpeg ffmpeg, FrameLog log)
    {
        (this.path, Info, Width, Height, this.ffmpeg, this.log) = (path, info, width, height, ffmpeg, log);
        Times = rate is { } asked && asked != info.Rate
            ? FrameTimes.Even(Math.Max(1, (int)Math.Round(info.Seconds * asked.PerSecond)), asked, info.Times[0]) : info.Times;
        rgba = info.Color.HasAlpha ? new byte[4 * width * height] : null;
    }

    /// <summary>The file as it is.</summary>
    public VideoInfo Info { get; }

    /// <summary>Of the frames to expect.</summary>
    public FrameTimes Times { get; }

    /// <summary>Of the frames given; the average where their spacing varies.</summary>
    public FrameRate Rate => Times.Rate;

    /// <summary>Of the frames given.</summary>
    public int Width { get; }

    /// <summary>Of the frames given.</summary>
    public int Height { get; }

    /// <summary>How many frames to expect.</summary>
    public long FrameCount => Times.Count;

    /// <summary>How many frames were given so far.</summary>
    public long FramesRead { get; private set; }

    /// <summary>The number of the last frame given, among those that the file lists; -1 before the first.</summary>
    public int Number { get; private set; } = -1;

    /// <summary>When the last frame given is shown, in seconds on the clock of <see cref="FrameTimes"/>.</summary>
    public double Seconds { get; private set; }

    /// <summary>What could not be read so far.</summary>
    public VideoDamage Damage
    {
        get
        {
            var missing = Number + 1 - FramesRead + (ended ? Times.Count - 1 - Number : 0);
            // without a complaint they are frames that are never shown
            return new(path, log.Errors == 0 ? 0 : missing, log.Corrupt, Times.Count);
        }
    }

    /// <exception cref="UserException">The file is missing, no video, damaged or too large, or ffmpeg is missing.</exception>
    public static VideoReader Open(string path, VideoReadSettings? settings = null) => Open(path, VideoInfo.Probe(path), settings ?? new());

    /// <summary>The video at its own size, or at the largest that serves: no side longer than <paramref name="mostSide"/>.
    /// <paramref name="info"/> is what <see cref="VideoInfo.Probe"/> said of it, where that was asked before.</summary>
    /// <exception cref="UserException">As <see cref="Open(string, VideoReadSettings)"/>.</exception>
    internal static VideoReader OpenWithin(string path, int mostSide, VideoInfo? info = null)
    {
        info ??= VideoInfo.Probe(path);
        return Open(path, info, Math.Max(info.Width, info.Height) <= mostSide ? new()
            : info.Width >= info.Height ? new() { Width = mostSide } : new() { Height = mostSide });
    }

    static VideoReader Open(string path, VideoInfo info, VideoReadSettings settings)
    {
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
        // showinfo says each frame's time on standard error, before its bytes come.
        var color = info.Color;
        var spacing = settings.Rate is { } rate ? $"fps={rate}," : "";
        var matrix = color.Matrix is { } named ? $":in_color_matrix={named}" : "";
        var filters =
            $"{spacing}{color.Filters}scale={width}:{height}:flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact{matrix}"
            + $",setsar=1,format={(color.HasAlpha ? "rgba" : "rgb24")},showinfo=checksum=0";
        var log = new FrameLog();
        var ffmpeg = Ffmpeg.Start("ffmpeg",
        [
            "-hide_banner", "-nostats", "-loglevel", "repeat+level+info", "-nostdin", "-protocol_whitelist", "file,pipe",
            "-format_whitelist", MediaProbe.Containers, "-copyts",
            .. color.Decoder is { } decoder ? ["-c:v", decoder] : Array.Empty<string>(), "-i", Ffmpeg.FileUrl(path),
            "-map", $"0:{info.Stream}", "-an", "-sn", "-dn", "-vf", filters, "-fps_mode", "passthrough", "-f", "rawvideo", "-",
        ], reads: true, hears: log.Hear, heardAll: log.End);
        return new(path, info, settings.Rate, width, height, ffmpeg, log);
    }

    /// <summary>Reads the next frame into <paramref name="frame"/>; false after the last. Its time is in <see cref="Seconds"/>.</summary>
    /// <exception cref="UserException">The video breaks off or is damaged.</exception>
    public bool Read(Picture frame)
    {
        if (frame.Width != Width || frame.Height != Height)
            throw new ArgumentException($"Frames are {Width}x{Height}, the picture is {frame.Width}x{frame.Height}.", nameof(frame));
        if (ended)
            return false;
        var into = rgba ?? frame.Pixels;
        var got = ffmpeg.Output.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        if (got == into.Length)
        {
            if (rgba is not null)
                OnWhite(rgba, frame.Pixels);
            FramesRead++;
            // Without a time of its own a frame follows the last one. Numbers ascend, whatever the clock does.
            Number = log.Take() is { } time ? Math.Max(Number + 1, Times.Nearest(time - Info.Origin)) : Number + 1;
            Seconds = Number < Times.Count ? Times[Number] : Times.End + (Number - Times.Count) / Rate.PerSecond;
            return true;
        }

        ended = true;
        var code = ffmpeg.Wait();
        if (ffmpeg.Said("No such filter"))
            throw new UserException($"{path}: {Info.ColorNote ?? "a wide colour space"} needs ffmpeg's zscale filter, "
                + "which this ffmpeg lacks; install a full ffmpeg, or convert the video to SDR.");
        if (code != 0 || got != 0 || FramesRead == 0)
            throw new UserException($"{path}: the video is damaged after frame {FramesRead} ({Words()}).");
        return false;
    }

    /// <summary>The frames that are left, each a picture of its own.</summary>
    public IEnumerable<Picture> Frames(CancellationToken cancel = default) => TimedFrames(cancel).Select(frame => frame.Picture);

    /// <summary>The frames that are left, with their times, each a picture of its own.</summary>
    public IEnumerable<TimedPicture> TimedFrames(CancellationToken cancel = default)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var frame = new Picture(Width, Height);
            if (!Read(frame))
                yield break;
            yield return new(frame, Number, Seconds);
        }
    }

    /// <summary>Ends ffmpeg.</summary>
    public void Dispose() => ffmpeg.Dispose();

    string Words() => ffmpeg.LastWords() is { Length: > 0 } words ? words : "ffmpeg gave no reason";

    // Straight alpha: colour times alpha, and white for the rest.
    static void OnWhite(byte[] rgba, byte[] rgb)
    {
        for (int i = 0, o = 0; o < rgb.Length; i += 4, o += 3)
        {
            int alpha = rgba[i + 3], white = 255 * (255 - alpha) + 127;
            rgb[o] = (byte)((rgba[i] * alpha + white) / 255);
            rgb[o + 1] = (byte)((rgba[i + 1] * alpha + white) / 255);
            rgb[o + 2] = (byte)((rgba[i + 2] * alpha + white) / 255);
        }
    }
}

/// <summary>Frames of a video that could not be read, or not well.</summary>
/// <param name="Path">The video.</param>
/// <param name="Lost">Frames that are missing.</param>
/// <param name="Corrupt">Frames that came, with holes that the decoder filled.</param>
/// <param name="Frames">Of so many.</param>
public sealed record VideoDamage(string Path, long Lost, long Corrupt, long Frames)
{
    /// <summary>A file that lost more than this share has failed.</summary>
    const double MostLost = 0.1;

    /// <summary>Whether any frame was lost or came with holes.</summary>
    public bool IsThere => Lost + Corrupt > 0;

    /// <summary>Whether more than a tenth is lost.</summary>
    public bool IsGrave => Lost > MostLost * Frames;

    /// <summary>One sentence, which begins with the file's name.</summary>
    public string Sentence => $"{Path}: the video is damaged: {string.Join(", ", Parts())}; get a whole copy of the file.";

    /// <summary>Says it where there is any.</summary>
    /// <exception cref="UserException">It is grave.</exception>
    public void Tell(Action<string> say)
    {
        if (IsGrave)
            throw new UserException(Sentence);
        if (IsThere)
            say(Sentence);
    }

    IEnumerable<string> Parts()
    {
        if (Lost > 0)
            yield return $"{Lost} of its {Frames} frames could not be read";
        if (Corrupt > 0)
            yield return $"{Corrupt} {(Corrupt == 1 ? "frame is" : "frames are")} read with holes";
    }
}

/// <summary>What ffmpeg says of the frames that it gives: their times, in order, and its errors. One thread hears, another takes.</summary>
sealed partial class FrameLog
{
    /// <summary>A frame's time is said before its bytes come; on a busy machine it may be heard later.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    readonly BlockingCollection<double?> times = [];
    double? unit; // seconds of a tick
    int errors, corrupt;

    /// <summary>Complaints so far.</summary>
    public int Errors => Volatile.Read(ref errors);

    /// <summary>Frames with holes so far.</summary>
    public int Corrupt => Volatile.Read(ref corrupt);

    /// <summary>Takes in a line; true where nobody else needs it.</summary>
    public bool Hear(string line)
    {
        if (line.Contains("[info]", StringComparison.Ordinal))
        {
            if (Time().Match(line) is { Success: true } time)
                times.Add(Number(time.Groups[1].Value) * unit);
            else if (Unit().Match(line) is { Success: true } clock)
                unit = Number(clock.Groups[1].Value) / Number(clock.Groups[2].Value);
            return true;
        }

        if (line.Contains("corrupt decoded frame", StringComparison.Ordinal))
            Interlocked.Increment(ref corrupt);
        if (line.Contains("[error]", StringComparison.Ordinal) || line.Contains("[fatal]", StringComparison.Ordinal))
            Interlocked.Increment(ref errors);
        return false;
    }

    // Null for NOPTS.
    static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>Nothing more is said.</summary>
    public void End() => times.CompleteAdding();

    /// <summary>The next frame's time in seconds of the file; null where it has none.</summary>
    /// <exception cref="UserException">ffmpeg gave the frame and says nothing of it.</exception>
    public double? Take() => times.TryTake(out var time, Patience) || times.IsCompleted ? time
        : throw new UserException("ffmpeg does not say when frames are shown: its showinfo filter is of an unknown version; install ffmpeg "
            + "5.1 to 7.");

    [GeneratedRegex(@"^\[Parsed_showinfo_\d+ @ [^]]*\] \[info\] n: *\d+ pts: *(-?\d+|NOPTS)")]
    private static partial Regex Time();

    [GeneratedRegex(@"^\[Parsed_showinfo_\d+ @ [^]]*\] \[info\] config in time_base: (\d+)/(\d+)")]
    private static partial Regex Unit();
}

using TalkingHead.Serialization;

namespace TalkingHead.Media;

/// <summary>How a video is written.</summary>
public sealed record VideoWriteSettings
{
    /// <summary>Goes into the file's metadata; see <see cref="VideoWriter.SyntheticComment"/>.</summary>
    public string? Comment { get; init; }

    /// <summary>Says that a model made the frames; its words take the place of <see cref="Comment"/>.</summary>
    public SyntheticMark? Mark { get; init; }

    /// <summary>
    /// Called with each file when it is complete and before it has its name, to sign it: its path, whatever that ends in.
    /// </summary>
    public Action<string>? Seal { get; init; }

    internal string? Words => Mark?.Comment ?? Comment;

    /// <summary>A video or sound file whose sound is laid under the frames, on the clock of their times, as long as these last.</summary>
    public string? SoundFrom { get; init; }

    /// <summary>
    /// Whether frames keep times that are not evenly spaced. Without this, and in a folder of pictures, which has no times, frames
    /// stand at the constant rate: one that is late leaves the last one standing.
    /// </summary>
    public bool KeepsTimes { get; init; }

    /// <summary>H.264 constant rate factor: 0 keeps every bit of the picture, 51 is worst.</summary>
    public int Quality { get; init; } = 16;
}

/// <summary>
/// Writes frames as H.264 in mp4 that browsers play (.mp4), as GIF (.gif) or as a folder of numbered PNG files (a name
/// without ending). The result stands under another name until <see cref="Finish"/>, then appears whole; after a
/// cancellation <see cref="Finish"/> keeps what was written so far. Without it, nothing is left behind.
/// </summary>
public sealed class VideoWriter : IDisposable
{
    /// <summary>The comment for frames that a network made.</summary>
    public const string SyntheticComment = PictureComment.Synthetic;

    /// <summary>
    /// Frames a second, at least, of a folder of pictures whose frames are unevenly spaced: none is off by more than 20 ms.
    /// </summary>
    const double LeastEvenRate = 25;

    readonly string path, partial;
    readonly VideoKind kind;
    readonly VideoWriteSettings settings;
    readonly FrameRate rate;
    readonly Ffmpeg? ffmpeg;
    readonly Picture? padded;
    readonly TimedFrameStream? timed;
    readonly Picture standing; // the last frame, where a later one leaves room
    double first, end;         // when the first frame begins, and when the last one is over
    bool finished;

    VideoWriter(string path, VideoKind kind, int width, int height, FrameRate rate, VideoWriteSettings settings)
    {
        if (kind == VideoKind.Folder && settings.KeepsTimes && rate.PerSecond < LeastEvenRate)
            rate = new((int)LeastEvenRate, 1);
        (this.path, this.kind, this.rate, this.settings) = (path, kind, rate, settings);
        (Width, Height, standing) = (width, height, new(width, height));
        partial = AtomicFile.PartialOf(Path.TrimEndingDirectorySeparator(path));
        if (kind == VideoKind.Folder)
        {
            Guarded(() =>
            {
                PictureFile.MakeRoom(path);
                Directory.CreateDirectory(partial);
            });
            return;
        }

        Guarded(() => PictureFile.MakeRoom(path));

        // Chroma at half size needs even sides: the last column or row is repeated.
        if (kind == VideoKind.Mp4 && (width % 2 != 0 || height % 2 != 0))
            padded = new(width + width % 2, height + height % 2);
        (width, height) = (padded?.Width ?? width, padded?.Height ?? height);
        string[] input = settings.KeepsTimes ? ["-f", "matroska"]
            : ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{width}x{height}", "-r", rate.ToString()];
        string[] arguments = ["-v", "error", "-nostdin", "-y", .. input, "-i", "pipe:0", .. Encoding(), Ffmpeg.FileUrl(partial)];
        ffmpeg = Ffmpeg.Start("ffmpeg", arguments, writes: true);
        timed = settings.KeepsTimes ? new(ffmpeg.Input, width, height) : null;
    }

    /// <summary>Of the frames, in pixels.</summary>
    public int Width { get; }

    /// <summary>Of the frames, in pixels.</summary>
    public int Height { get; }

    /// <summary>Frames written so far.</summary>
    public long FramesWritten { get; private set; }

    /// <exception cref="UserException">The name's ending is none that can be written, or the place cannot be.</exception>
    public static VideoWriter Create(string path, int width, int height, FrameRate rate, VideoWriteSettings? settings = null)
    {
        if (!Picture.SizeIsAllowed(width, height))
            throw new UserException($"{path}: a video of {width}x{height} is outside 1x1 to {Picture.MaxSide} a side.");
        var kind = KindOf(path);
        if (kind == VideoKind.Folder && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new UserException($"{path}: the folder holds files already; name a new one.");
        return new(path, kind, width, height, rate, settings ?? new());
    }

    /// <summary>What a name's ending asks for.</summary>
    /// <exception cref="UserException">An ending that is none of .mp4, .gif, none.</exception>
    public static VideoKind KindOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".mp4" => VideoKind.Mp4,
        ".gif" => VideoKind.Gif,
        "" => VideoKind.Folder,
        var ending => throw UserException.Usage($"{path}: videos are written as .mp4, .gif or a folder of pictures, not \"{ending}\"."),
    };

    /// <summary>Writes a frame that follows the last one at the rate.</summary>
    /// <exception cref="UserException">The disk is full, or the encoder fails.</exception>
    public void Write(Picture frame) => Write(frame, end);

    /// <summary>Writes a frame with its time: each is there until the next one, whatever was left out between.</summary>
    /// <param name="frame">Of the writer's size.</param>
    /// <param name="seconds">When it is shown, on the clock of <see cref="FrameTimes"/>; ascending.</param>
    /// <exception cref="UserException">The disk is full, or the encoder fails.</exception>
    public void Write(Picture frame, double seconds)
    {
        if (frame.Width != Width || frame.Height != Height)
            throw new ArgumentException($"Frames are {Width}x{Height}, the picture is {frame.Width}x{frame.Height}.", nameof(frame));
        if (FramesWritten == 0)
            first = seconds;
        if (timed is null)
        {
            var place = (long)Math.Round((seconds - first) * rate.PerSecond);
            while (FramesWritten < place)
                Put(standing, 0);
            if (FramesWritten > place)
                return; // two frames for one place: the first one has it
            frame.Pixels.CopyTo(standing.Pixels, 0);
        }

        Put(frame, seconds - first);
        end = seconds + 1 / rate.PerSecond;
    }

    void Put(Picture frame, double seconds)
    {
        FramesWritten++;
        if (ffmpeg is null)
        {
            var png = PictureFile.Encode(frame, "frame.png", settings.Mark is null ? settings.Comment : null);
            Guarded(() =>
            {
                var file = Path.Combine(partial, $"{FramesWritten:D6}.png");
                File.WriteAllBytes(file, settings.Mark?.InPng(png) ?? png);
                settings.Seal?.Invoke(file);
            });
            return;
        }

        try
        {
            var pixels = (padded is null ? frame : Padded(frame)).Pixels;
            if (timed is null)
                ffmpeg.Input.Write(pixels);
            else
                timed.Write(pixels, seconds);
        }
        catch (IOException e)
        {
            ffmpeg.Wait();
            throw new UserException($"{path}: writing stopped at frame {FramesWritten} ({ffmpeg.LastWords()}).", e);
        }
    }

    /// <summary>Ends the file with the frames written so far and gives it its name.</summary>
    /// <param name="until">When the last frame is over; null where that is a frame's time at the rate after it begins.</param>
    /// <exception cref="UserException">There were no frames, the disk is full, or the encoder fails.</exception>
    public void Finish(double? until = null)
    {
        if (finished)
            return;
        if (FramesWritten == 0)
            throw new UserException($"{path}: there were no frames to write.");
        end = Math.Max(until ?? end, end);
        if (ffmpeg is not null)
        {
            try
            {
                ffmpeg.Input.Close();
            }
            catch (IOException)
            {
                // It has ended: its exit code says how.
            }

            if (Failed(ffmpeg))
                throw new UserException($"{path}: could not be written ({ffmpeg.LastWords()}).");
        }

        Guarded(() =>
        {
            if (kind == VideoKind.Mp4 && settings.SoundFrom is { } from && VideoInfo.Sound.Probe(from) is { } sound)
                LayUnder(from, sound);
            if (kind == VideoKind.Mp4 && settings.Mark is { } mark)
                Append(mark.Mp4Box());
            if (kind == VideoKind.Gif && settings.Words is { } comment)
                CommentGif(comment);
            if (kind != VideoKind.Folder)
                settings.Seal?.Invoke(partial);
            if (kind == VideoKind.Folder)
            {
                if (Directory.Exists(path))
                    Directory.Delete(path); // empty: a full one was refused
                Directory.Move(partial, path);
            }
            else
            {
                File.Move(partial, path, overwrite: true);
            }
        });
        finished = true;
    }

    /// <summary>Ends ffmpeg; an unfinished file is deleted.</summary>
    public void Dispose()
    {
        ffmpeg?.Dispose();
        if (finished)
            return;
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        File.Delete(partial);
    }

    void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written: {e.Message}", e);
        }
    }

    string[] Encoding() => settings.KeepsTimes ? ["-fps_mode", "passthrough", "-enc_time_base", "1:90000", .. Codec()] : Codec();

    string[] Codec() => kind == VideoKind.Gif
        // a palette a frame: no frame is held
        ? ["-vf", "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1:dither=sierra2_4a", "-f", "gif"]
        : [
            "-vf", "scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact:out_color_matrix=bt709:out_range=tv,format=yuv420p",
            "-c:v", "libx264", "-preset", "medium", "-crf", $"{settings.Quality}", "-colorspace", "bt709", "-color_primaries", "bt709",
            "-color_trc", "bt709", "-color_range", "tv", .. Comment(), "-movflags", "+faststart", "-f", "mp4",
        ];

    string[] Comment() => settings.Words is { } comment ? ["-metadata", $"comment={comment}"] : [];

    // The pictures are there already: they are copied, begin when the first frame does, and the sound is cut to their end.
    // Sound that mp4 holds as it is gets copied, other sound becomes AAC. With copyts both keep the clock of the sound's file.
    // An offset that is the file's start to the microsecond ffmpeg takes for its own, and moves it to the start of the sound.
    void LayUnder(string from, VideoInfo.Sound sound)
    {
        var both = partial + "2";
        var copied = sound.Codec is "aac" or "mp3";
        try
        {
            using var mux = Ffmpeg.Start("ffmpeg",
            [
                "-v", "error", "-nostdin", "-y", "-copyts",
                "-itsoffset", Seconds(first), "-protocol_whitelist", "file", "-i", Ffmpeg.FileUrl(partial),
                "-itsoffset", Seconds(1e-6 - sound.Origin), "-protocol_whitelist", "file", "-format_whitelist", MediaProbe.Containers,
                "-i", Ffmpeg.FileUrl(from),
                "-map", "0:v:0", "-map", $"1:{sound.Stream}", "-map_metadata", "0", "-c:v", "copy",
                "-c:a", copied ? "copy" : "aac", "-t", Seconds(end), "-movflags", "+faststart", "-f", "mp4", Ffmpeg.FileUrl(both),
            ]);
            if (Failed(mux))
                throw new UserException($"{from}: its sound could not be laid under {path} ({mux.LastWords()}).");
            File.Move(both, partial, overwrite: true);
        }
        finally
        {
            File.Delete(both);
        }

        static string Seconds(double value) => FormattableString.Invariant($"{value:0.######}");
    }

    // ffmpeg ends with 0 where the disk is full at the very end.
    static bool Failed(Ffmpeg ffmpeg) => ffmpeg.Wait() != 0 || ffmpeg.Said("Error writing") || ffmpeg.Said("Error closing");

    void Append(byte[] box)
    {
        using var file = File.Open(partial, FileMode.Append);
        file.Write(box);
    }

    void CommentGif(string comment)
    {
        using var file = File.Open(partial, FileMode.Open);
        file.Seek(-1, SeekOrigin.End); // over the trailer byte
        file.Write(PictureComment.GifTail(comment));
    }

    Picture Padded(Picture frame)
    {
        for (var y = 0; y < padded!.Height; y++)
        {
            var from = frame.Pixels.AsSpan(3 * Math.Min(y, Height - 1) * Width, 3 * Width);
            var to = padded.Pixels.AsSpan(3 * y * padded.Width, 3 * padded.Width);
            from.CopyTo(to);
            if (padded.Width > Width)
                from[^3..].CopyTo(to[^3..]);
        }

        return padded;
    }
}

/// <summary>What a <see cref="VideoWriter"/> makes.</summary>
public enum VideoKind
{
    /// <summary>An H.264 video.</summary>
    Mp4,
    /// <summary>An animated picture.</summary>
    Gif,
    /// <summary>A folder of numbered pictures.</summary>
    Folder,
}

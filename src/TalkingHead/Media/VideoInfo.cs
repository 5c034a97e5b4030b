namespace TalkingHead.Media;

/// <summary>What a video file holds, from its headers and its packets: of several video streams, the one that players show.</summary>
/// <param name="Width">Of a frame as shown: turned by the rotation metadata, square pixels.</param>
/// <param name="Height">See <paramref name="Width"/>.</param>
/// <param name="Times">When its frames are shown; frames that an edit list hides are not among them.</param>
/// <param name="Rotation">Degrees, already applied to the frames that a <see cref="VideoReader"/> gives.</param>
/// <param name="AudioCodec">Of the sound track that players take; null without one.</param>
/// <param name="Format">The container as ffmpeg names it.</param>
public sealed record VideoInfo(int Width, int Height, FrameTimes Times, int Rotation, string? AudioCodec, string Format)
{
    /// <summary>Frames a second; the average where the spacing varies.</summary>
    public FrameRate Rate => Times.Rate;

    /// <summary>Frames that are shown.</summary>
    public long FrameCount => Times.Count;

    /// <summary>From the first frame to the end of the last one.</summary>
    public double Seconds => Times.Seconds;

    /// <summary>How its colours become sRGB.</summary>
    internal VideoColor Color { get; init; } = VideoColor.AsItIs;

    /// <summary>The stream's number in the file.</summary>
    internal int Stream { get; init; }

    /// <summary>The file's own time at which the clock of <see cref="Times"/> is 0.</summary>
    internal double Origin { get; init; }

    /// <summary>One sentence where colours are converted in a way that one should know of; null elsewhere.</summary>
    public string? ColorNote => Color.Note;

    /// <summary>Asks ffprobe.</summary>
    /// <exception cref="UserException">The file is missing, empty, no video, damaged or too large.</exception>
    public static VideoInfo Probe(string path)
    {
        if (Directory.Exists(path))
            throw new UserException($"{path}: is a folder; expected a video.");
        if (!File.Exists(path))
            throw new UserException($"{path}: no such file.");
        if (new FileInfo(path).Length == 0)
            throw new UserException($"{path}: the file is empty; expected a video.");
        if (PictureFile.IsPicture(path))
            throw PictureFile.IsAnimatedWebp(path)
                ? new UserException($"{path}: animated WebP is not read; convert it to mp4 or GIF.")
                : new UserException($"{path}: is a picture; expected a video.");
        if (PictureFile.IsHeic(path))
            throw PictureFile.HeicIsNotRead(path);

        return Read(path, MediaProbe.Ask(path, withPackets: true,
            "stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,r_frame_rate,avg_frame_rate,nb_frames,pix_fmt,"
            + "color_range,color_space,color_transfer,color_primaries:stream_disposition=default,attached_pic:stream_side_data=rotation:"
            + "stream_tags=alpha_mode:format=format_name,start_time"));
    }

    /// <summary>True where <see cref="Probe"/> would succeed.</summary>
    public static bool IsVideo(string path)
    {
        try
        {
            Probe(path);
            return true;
        }
        catch (UserException)
        {
            return false;
        }
    }

    /// <summary>The comment in a video's metadata; empty where there is none.</summary>
    internal static string CommentOf(string path) =>
        MediaProbe.Ask(path, withPackets: false, "format_tags=comment").Format["tag:comment"] ?? "";

    static VideoInfo Read(string path, MediaProbe probe)
    {
        var audio = Shown(probe.Streams.Where(s => s["codec_type"] == "audio"));
        var video = Shown(probe.Streams.Where(s => s["codec_type"] == "video" && !s.Has("attached_pic")));
        if (video is null)
            throw new UserException(audio is null ? $"{path}: holds no video." : $"{path}: holds sound only; expected a video.");

        var (width, height) = Square(video);
        var rotation = Rotated(video);
        if (rotation % 180 != 0)
            (width, height) = (height, width);
        Picture.ExpectAllowed(width, height, path, "video");

        var origin = probe.Format.Time("start_time");
        return new((int)width, (int)height, ReadTimes(path, video, probe, origin), rotation, audio?["codec_name"],
            probe.Format["format_name"] ?? "")
        {
            Color = VideoColor.From(name => video[name], (int)width, (int)height, video["tag:alpha_mode"] == "1"),
            Stream = (int)video.Number("index"),
            Origin = origin,
        };
    }

    // From the packets, without decoding.
    static FrameTimes ReadTimes(string path, ProbedSection video, MediaProbe probe, double origin)
    {
        var rates = Rates(video);
        var packets = probe.PacketsOf(video);
        double[] times = [.. packets.Times.Select(time => time - origin)];
        var promised = video.Number("nb_frames");
        if (probe.IsCutOff(video))
            throw new UserException($"{path}: the video is cut off; get the whole file.");
        if (times.Length + packets.WithoutTime == 0)
            throw new UserException($"{path}: the video holds no frames.");
        if (promised > packets.Count)
            throw new UserException(
                $"{path}: the video is cut off: {packets.Count} of its {promised} frames are there; get the whole file.");
        if (rates.Count == 0 && times.Length < 2)
            throw new UserException($"{path}: the video does not say how many frames a second it has.");
        if (packets.WithoutTime > 0)
            return FrameTimes.Even(times.Length + packets.WithoutTime, rates.Count > 0 ? rates[0] : new(25, 1));
        if (times.Max() - times.Min() > FrameTimes.MostSeconds)
            throw new UserException($"{path}: the video's clock is damaged: its frames span {(times.Max() - times.Min()) / 3600:0} hours.");
        return FrameTimes.From(times, packets.LastDuration, rates);
    }

    // The nominal rate first where the average agrees within 2 % (a GIF's last frame has no length), else the average.
    static List<FrameRate> Rates(ProbedSection video)
    {
        var nominalKnown = FrameRate.TryParse(video["r_frame_rate"], out var nominal);
        var averageKnown = FrameRate.TryParse(video["avg_frame_rate"], out var average);
        if (!nominalKnown || !averageKnown)
            return nominalKnown ? [nominal] : averageKnown ? [average] : [];
        return Math.Abs(nominal.PerSecond / average.PerSecond - 1) < 0.02 ? [nominal, average] : [average, nominal];
    }

    // What players take: the stream that is marked so, else the first.
    static ProbedSection? Shown(IEnumerable<ProbedSection> streams)
    {
        ProbedSection[] all = [.. streams];
        return all.FirstOrDefault(stream => stream.Has("default")) ?? all.FirstOrDefault();
    }

    // Pixels that are not square are widened to square ones.
    static (long Width, long Height) Square(ProbedSection video)
    {
        long width = video.Number("width"), height = video.Number("height");
        var aspect = (video["sample_aspect_ratio"] ?? "1:1").Split(':');
        if (aspect.Length == 2 && int.TryParse(aspect[0], out var across) && int.TryParse(aspect[1], out var down)
            && across > 0 && down > 0 && across != down && (double)across / down is > 0.1 and < 10)
            width = (long)Math.Round((double)width * across / down);
        return (width, height);
    }

    static int Rotated(ProbedSection video) => (int)(Math.Round(video.Time("rotation") / 90) * 90);

    /// <summary>The sound of a video or sound file.</summary>
    /// <param name="Stream">Its number in the file, of the track that players take.</param>
    /// <param name="Codec">As ffmpeg names it.</param>
    /// <param name="Origin">As <see cref="VideoInfo.Origin"/>.</param>
    internal sealed record Sound(int Stream, string Codec, double Origin)
    {
        /// <summary>Null where the file has none.</summary>
        public static Sound? Probe(string path)
        {
            var probe = MediaProbe.Ask(path, withPackets: false,
                "stream=index,codec_type,codec_name:stream_disposition=default:format=start_time");
            var audio = Shown(probe.Streams.Where(s => s["codec_type"] == "audio"));
            return audio?["codec_name"] is { } codec ? new((int)audio.Number("index"), codec, probe.Format.Time("start_time")) : null;
        }
    }
}

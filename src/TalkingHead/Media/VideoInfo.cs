using System.Globalization;
using System.Text.Json;

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

    // Lists of other files: they would make one file open another.
    static readonly string[] Playlists = ["hls", "concat", "dash", "imf", "sdp", "rtsp"];

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

        using var document = JsonDocument.Parse(Ask(path,
            "stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,r_frame_rate,avg_frame_rate,nb_frames,pix_fmt,"
            + "color_range,color_space,color_transfer,color_primaries:stream_disposition=default,attached_pic:stream_side_data=rotation:"
            + "stream_tags=alpha_mode:format=format_name,start_time"));
        return Read(path, document.RootElement);
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
    internal static string CommentOf(string path)
    {
        using var document = JsonDocument.Parse(Ask(path, "format_tags=comment"));
        return Text(Property(Property(document.RootElement, "format"), "tags"), "comment") ?? "";
    }

    static string Ask(string path, string entries)
    {
        string[] arguments = ["-v", "error", "-protocol_whitelist", "file", "-show_entries", entries, "-of", "json", Ffmpeg.FileUrl(path)];
        using var probe = Ffmpeg.Start("ffprobe", arguments, reads: true);
        using var answer = new StreamReader(probe.Output);
        var json = answer.ReadToEnd();
        return probe.Wait() == 0 ? json : throw new UserException($"{path}: not a video that can be read ({Reason(probe, path)}).");
    }

    static VideoInfo Read(string path, JsonElement root)
    {
        var container = root.TryGetProperty("format", out var given) ? given : default;
        var format = Text(container, "format_name") ?? "";
        if (format.Split(',').Any(Playlists.Contains))
            throw new UserException($"{path}: a list of other files ({format}); expected a video.");
        if (format == "image2" || format.EndsWith("_pipe", StringComparison.Ordinal))
            throw new UserException($"{path}: is a picture; expected a video.");

        var streams = root.TryGetProperty("streams", out var list) ? list.EnumerateArray().ToArray() : [];
        var audio = Shown(streams.Where(s => Text(s, "codec_type") == "audio"));
        var video = Shown(streams.Where(s => Text(s, "codec_type") == "video" && !Has(s, "attached_pic")));
        if (video.ValueKind == JsonValueKind.Undefined)
            throw new UserException(audio.ValueKind == JsonValueKind.Undefined
                ? $"{path}: holds no video."
                : $"{path}: holds sound only; expected a video.");

        var (width, height) = Square(video);
        var rotation = Rotated(video);
        if (rotation % 180 != 0)
            (width, height) = (height, width);
        Picture.ExpectAllowed(width, height, path, "video");

        var origin = Time(container, "start_time");
        return new((int)width, (int)height, ReadTimes(path, video, origin), rotation, Text(audio, "codec_name"), format)
        {
            Color = VideoColor.From(name => Text(video, name), (int)width, (int)height, Text(Property(video, "tags"), "alpha_mode") == "1"),
            Stream = (int)Number(video, "index"),
            Origin = origin,
        };
    }

    // From the packets, without decoding.
    static FrameTimes ReadTimes(string path, JsonElement video, double origin)
    {
        var rates = Rates(video);
        var (times, packets, withoutTime, last) = (new List<double>(), 0L, 0L, 0.0);
        using var probe = Ffmpeg.Start("ffprobe",
        [
            "-v", "error", "-protocol_whitelist", "file", "-select_streams", Text(video, "index")!,
            "-show_entries", "packet=pts_time,dts_time,duration_time,flags", "-of", "csv=p=0", Ffmpeg.FileUrl(path),
        ], reads: true);
        using (var lines = new StreamReader(probe.Output))
        {
            while (lines.ReadLine() is { } line)
            {
                var fields = line.Split(',');
                if (fields.Length < 4)
                    continue;
                packets++;
                if (fields[3].Contains('D')) // decoded for what follows, not shown
                    continue;
                if ((Parse(fields[0]) ?? Parse(fields[1])) is not { } time)
                {
                    withoutTime++;
                    continue;
                }

                if (times.Count == 0 || time - origin >= times[^1])
                    last = Parse(fields[2]) ?? 0;
                times.Add(time - origin);
            }
        }

        if (probe.Wait() != 0)
            throw new UserException($"{path}: not a video that can be read ({Reason(probe, path)}).");
        var promised = Number(video, "nb_frames");
        if (probe.Said("partial file") || probe.Said("ended prematurely"))
            throw new UserException($"{path}: the video is cut off; get the whole file.");
        if (times.Count + withoutTime == 0)
            throw new UserException($"{path}: the video holds no frames.");
        if (promised > packets)
            throw new UserException($"{path}: the video is cut off: {packets} of its {promised} frames are there; get the whole file.");
        if (rates.Count == 0 && times.Count < 2)
            throw new UserException($"{path}: the video does not say how many frames a second it has.");
        if (withoutTime > 0)
            return FrameTimes.Even((int)(times.Count + withoutTime), rates.Count > 0 ? rates[0] : new(25, 1));
        if (times.Max() - times.Min() > FrameTimes.MostSeconds)
            throw new UserException($"{path}: the video's clock is damaged: its frames span {(times.Max() - times.Min()) / 3600:0} hours.");
        return FrameTimes.From(times, last, rates);
    }

    // The nominal rate first where the average agrees within 2 % (a GIF's last frame has no length), else the average.
    static List<FrameRate> Rates(JsonElement video)
    {
        var nominalKnown = FrameRate.TryParse(Text(video, "r_frame_rate"), out var nominal);
        var averageKnown = FrameRate.TryParse(Text(video, "avg_frame_rate"), out var average);
        if (!nominalKnown || !averageKnown)
            return nominalKnown ? [nominal] : averageKnown ? [average] : [];
        return Math.Abs(nominal.PerSecond / average.PerSecond - 1) < 0.02 ? [nominal, average] : [average, nominal];
    }

    // What players take: the stream that is marked so, else the first.
    static JsonElement Shown(IEnumerable<JsonElement> streams)
    {
        JsonElement[] all = [.. streams];
        return all.FirstOrDefault(stream => Has(stream, "default")) is { ValueKind: not JsonValueKind.Undefined } marked ? marked
            : all.FirstOrDefault();
    }

    // Pixels that are not square are widened to square ones.
    static (long Width, long Height) Square(JsonElement video)
    {
        long width = Number(video, "width"), height = Number(video, "height");
        var aspect = (Text(video, "sample_aspect_ratio") ?? "1:1").Split(':');
        if (aspect.Length == 2 && int.TryParse(aspect[0], out var across) && int.TryParse(aspect[1], out var down)
            && across > 0 && down > 0 && across != down && (double)across / down is > 0.1 and < 10)
            width = (long)Math.Round((double)width * across / down);
        return (width, height);
    }

    static int Rotated(JsonElement video)
    {
        if (video.TryGetProperty("side_data_list", out var list))
        {
            foreach (var item in list.EnumerateArray())
            {
                if (item.TryGetProperty("rotation", out var rotation) && rotation.TryGetDouble(out var degrees))
                    return (int)(Math.Round(degrees / 90) * 90);
            }
        }

        return 0;
    }

    static bool Has(JsonElement stream, string disposition) => Number(Property(stream, "disposition"), disposition) == 1;

    static string Reason(Ffmpeg probe, string path)
    {
        var words = probe.LastWords().Replace(Ffmpeg.FileUrl(path) + ": ", "", StringComparison.Ordinal);
        return words.Length == 0 ? "ffprobe gave no reason" : words;
    }

    static JsonElement Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    static string? Text(JsonElement element, string name) =>
        Property(element, name) is { ValueKind: not JsonValueKind.Undefined } value ? value.ToString() : null;

    static long Number(JsonElement element, string name) =>
        long.TryParse(Text(element, name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : 0;

    static double Time(JsonElement element, string name) => Parse(Text(element, name)) ?? 0;

    static double? Parse(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    /// <summary>The sound of a video or sound file.</summary>
    /// <param name="Stream">Its number in the file, of the track that players take.</param>
    /// <param name="Codec">As ffmpeg names it.</param>
    /// <param name="Origin">As <see cref="VideoInfo.Origin"/>.</param>
    internal sealed record Sound(int Stream, string Codec, double Origin)
    {
        /// <summary>Null where the file has none.</summary>
        public static Sound? Probe(string path)
        {
            using var document = JsonDocument.Parse(Ask(path,
                "stream=index,codec_type,codec_name:stream_disposition=default:format=start_time"));
            var root = document.RootElement;
            var streams = root.TryGetProperty("streams", out var list) ? list.EnumerateArray().ToArray() : [];
            var audio = Shown(streams.Where(s => Text(s, "codec_type") == "audio"));
            var origin = Time(Property(root, "format"), "start_time");
            return Text(audio, "codec_name") is { } codec ? new((int)Number(audio, "index"), codec, origin) : null;
        }
    }
}

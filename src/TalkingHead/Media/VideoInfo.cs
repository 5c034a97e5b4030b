using System.Globalization;
using System.Text.Json;

namespace TalkingHead.Media;

/// <summary>What a video file holds, from its headers and its packets.</summary>
/// <param name="Width">Of a frame as shown: turned by the rotation metadata, square pixels.</param>
/// <param name="Height">See <paramref name="Width"/>.</param>
/// <param name="Rate">Frames a second; the average where the spacing varies.</param>
/// <param name="FrameCount">Frames in the file, counted packet by packet.</param>
/// <param name="Rotation">Degrees, already applied to the frames that a <see cref="VideoReader"/> gives.</param>
/// <param name="AudioCodec">Of the first sound track; null without one.</param>
/// <param name="Format">The container as ffmpeg names it.</param>
public sealed record VideoInfo(int Width, int Height, FrameRate Rate, long FrameCount, int Rotation, string? AudioCodec, string Format)
{
    public double Seconds => FrameCount / Rate.PerSecond;

    // Lists of other files: they would make one file open another.
    static readonly string[] Playlists = ["hls", "concat", "dash", "imf", "sdp", "rtsp", "image2"];

    /// <summary>Asks ffprobe.</summary>
    /// <exception cref="UserException">The file is missing, empty, no video, damaged or too large.</exception>
    public static VideoInfo Probe(string path)
    {
        if (!File.Exists(path))
            throw new UserException($"{path}: no such file.");
        if (new FileInfo(path).Length == 0)
            throw new UserException($"{path}: the file is empty; expected a video.");

        using var probe = Ffmpeg.Start("ffprobe",
        [
            "-v", "error", "-protocol_whitelist", "file", "-count_packets",
            "-show_entries", "stream=codec_type,codec_name,width,height,sample_aspect_ratio,r_frame_rate,avg_frame_rate,nb_frames,nb_read_packets"
                + ":stream_disposition=attached_pic:stream_side_data=rotation:format=format_name",
            "-of", "json", Ffmpeg.FileUrl(path),
        ], reads: true);
        using var answer = new StreamReader(probe.Output);
        var json = answer.ReadToEnd();
        if (probe.Wait() != 0)
            throw new UserException($"{path}: not a video that can be read ({Reason(probe, path)}).");
        if (probe.Said("partial file") || probe.Said("ended prematurely"))
            throw new UserException($"{path}: the video is cut off; get the whole file.");
        using var document = JsonDocument.Parse(json);
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

    /// <summary>The codec of a file's first sound track; null where it has none.</summary>
    internal static string? SoundCodec(string path)
    {
        using var probe = Ffmpeg.Start("ffprobe",
        [
            "-v", "error", "-protocol_whitelist", "file", "-select_streams", "a:0",
            "-show_entries", "stream=codec_name", "-of", "csv=p=0", Ffmpeg.FileUrl(path),
        ], reads: true);
        using var answer = new StreamReader(probe.Output);
        var codec = answer.ReadToEnd().Trim();
        return probe.Wait() == 0 && codec.Length > 0 ? codec : null;
    }

    static VideoInfo Read(string path, JsonElement root)
    {
        var format = Text(root.TryGetProperty("format", out var container) ? container : default, "format_name") ?? "";
        if (format.Split(',').Any(Playlists.Contains))
            throw new UserException($"{path}: a list of other files ({format}); expected a video.");

        var streams = root.TryGetProperty("streams", out var list) ? list.EnumerateArray().ToArray() : [];
        var audio = streams.FirstOrDefault(s => Text(s, "codec_type") == "audio");
        var video = streams.FirstOrDefault(s => Text(s, "codec_type") == "video" && !IsCover(s));
        if (video.ValueKind == JsonValueKind.Undefined)
            throw new UserException(audio.ValueKind == JsonValueKind.Undefined
                ? $"{path}: holds no video."
                : $"{path}: holds sound only; expected a video.");

        long frames = Number(video, "nb_read_packets"), promised = Number(video, "nb_frames");
        if (frames == 0)
            throw new UserException($"{path}: the video holds no frames.");
        if (promised > frames)
            throw new UserException($"{path}: the video is cut off: {frames} of its {promised} frames are there; get the whole file.");

        var (width, height) = Shown(video);
        var rotation = Rotated(video);
        if (rotation % 180 != 0)
            (width, height) = (height, width);
        if (!Picture.SizeIsAllowed(width, height))
            throw new UserException($"{path}: the video is {width}x{height}; the limit is {Picture.MaxSide} a side and {Picture.MaxPixels / 1_000_000} megapixels.");

        return new((int)width, (int)height, Spacing(path, video), frames, rotation, Text(audio, "codec_name"), format);
    }

    // Pixels that are not square are widened to square ones.
    static (long Width, long Height) Shown(JsonElement video)
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

    // The nominal rate where the average agrees within 2 % (a GIF's last frame has no length), else the average.
    static FrameRate Spacing(string path, JsonElement video)
    {
        var nominalKnown = FrameRate.TryParse(Text(video, "r_frame_rate"), out var nominal);
        var averageKnown = FrameRate.TryParse(Text(video, "avg_frame_rate"), out var average);
        if (nominalKnown && (!averageKnown || Math.Abs(nominal.PerSecond / average.PerSecond - 1) < 0.02))
            return nominal;
        return averageKnown ? average : throw new UserException($"{path}: the video does not say how many frames a second it has.");
    }

    static bool IsCover(JsonElement stream) =>
        stream.TryGetProperty("disposition", out var disposition) && Number(disposition, "attached_pic") == 1;

    static string Reason(Ffmpeg probe, string path)
    {
        var words = probe.LastWords().Replace(Ffmpeg.FileUrl(path) + ": ", "", StringComparison.Ordinal);
        return words.Length == 0 ? "ffprobe gave no reason" : words;
    }

    static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.ToString() : null;

    static long Number(JsonElement element, string name) =>
        long.TryParse(Text(element, name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : 0;
}

/// <summary>Frames a second as an exact fraction, such as 30000/1001.</summary>
public readonly record struct FrameRate(int Numerator, int Denominator)
{
    public double PerSecond => (double)Numerator / Denominator;

    /// <summary>Reads "25", "30000/1001" or "12.5"; false for zero, negative and absurd rates.</summary>
    public static bool TryParse(string? text, out FrameRate rate)
    {
        rate = default;
        var parts = (text ?? "").Split('/');
        if (parts.Length > 2 || !decimal.TryParse(parts[0], NumberStyles.Number, CultureInfo.InvariantCulture, out var top))
            return false;
        var bottom = 1m;
        if (parts.Length == 2 && !decimal.TryParse(parts[1], NumberStyles.Number, CultureInfo.InvariantCulture, out bottom))
            return false;
        if (top <= 0 || bottom <= 0 || top > int.MaxValue || bottom > int.MaxValue)
            return false;
        while (top != decimal.Truncate(top) && top < 1e8m && bottom < 1e8m)
            (top, bottom) = (top * 10, bottom * 10);

        long numerator = (long)top, denominator = (long)bottom;
        var divisor = GreatestCommonDivisor(numerator, denominator);
        rate = new((int)(numerator / divisor), (int)(denominator / divisor));
        return rate.PerSecond is >= 0.001 and <= 1000;
    }

    public override string ToString() => Denominator == 1
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    static long GreatestCommonDivisor(long a, long b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}

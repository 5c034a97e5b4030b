using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace TalkingHead.Media;

/// <summary>What ffprobe says of a file, its packets with it: one start of ffprobe, which takes longer to start than to answer.</summary>
sealed partial class MediaProbe
{
    /// <summary>
    /// ffmpeg's option -format_whitelist for a file of others: containers of video and of sound. Least of all are lists of files
    /// opened, which make one file open another, or be waited for.
    /// </summary>
    internal const string Containers =
        "mov,matroska,avi,mpegts,mpegtsraw,mpeg,mpegvideo,m4v,h261,h263,h264,hevc,av1,obu,ivf,vc1,dirac,flv,live_flv,asf,asf_o,ogg,gif,"
        + "apng,mxf,gxf,nut,rm,dv,wtv,swf,nsv,mjpeg,mpjpeg,yuv4mpegpipe,cavsvideo,dhav,aac,ac3,eac3,dts,aiff,amr,au,caf,flac,mp3,wav,"
        + "w64,wv,tta,ape";

    static readonly string[] Playlists = ["hls", "concat", "dash", "imf", "sdp", "rtsp", "webm_dash_manifest"];

    readonly Dictionary<string, ProbedSection> streams = [];
    readonly Dictionary<string, ProbedPackets> packets = [];
    readonly HashSet<string> cutOff = []; // streams by number; "" is the file
    ProbedSection? last; // the stream that the last line is about

    /// <summary>The file as a whole.</summary>
    public ProbedSection Format { get; private set; } = new();

    /// <summary>In their order.</summary>
    public IEnumerable<ProbedSection> Streams => streams.Values.OrderBy(stream => stream.Number("index"));

    /// <summary>True where ffprobe says that the file ends too early for a stream.</summary>
    public bool IsCutOff(ProbedSection stream) => cutOff.Contains("") || cutOff.Contains(stream["index"] ?? "");

    /// <summary>A video stream's packets.</summary>
    public ProbedPackets PacketsOf(ProbedSection stream) => packets.GetValueOrDefault(stream["index"] ?? "") ?? new();

    /// <summary>Asks ffprobe for entries, as its option -show_entries takes them, and for the times of video packets.</summary>
    /// <exception cref="UserException">No file of sound or pictures that move, or a damaged one.</exception>
    public static MediaProbe Ask(string path, bool withPackets, string entries)
    {
        if (withPackets)
            entries = "packet=codec_type,stream_index,pts_time,dts_time,duration_time,flags:" + entries;
        var probe = new MediaProbe();
        using var ffprobe = Ffmpeg.Start("ffprobe", ["-v", "error", "-protocol_whitelist", "file", "-format_whitelist", Containers,
            "-show_entries", entries, "-of", "compact", Ffmpeg.FileUrl(path)], reads: true, hears: probe.Hear);
        using var lines = new StreamReader(ffprobe.Output);
        while (lines.ReadLine() is { } line)
            probe.Take(line);
        if (ffprobe.Wait() != 0)
            throw Refusal(path, ffprobe);
        return probe;
    }

    [GeneratedRegex(@"stream (\d+), .*partial file")]
    static partial Regex PartialStream { get; }

    /// <summary>A line of ffprobe's complaints; false: it is kept.</summary>
    internal bool Hear(string line)
    {
        if (line.Contains("partial file", StringComparison.Ordinal) || line.Contains("ended prematurely", StringComparison.Ordinal))
            cutOff.Add(PartialStream.Match(line).Groups[1].Value);
        return false;
    }

    /// <summary>
    /// A line of ffprobe's answer, such as "packet|codec_type=video|stream_index=0|pts_time=0.04". Of a stream's side data the first
    /// stand on its line, the others on lines of their own.
    /// </summary>
    internal void Take(string line)
    {
        var end = line.IndexOf('|');
        var name = end < 0 ? "" : line[..end];
        if (name == "side_data")
        {
            last?.Join(new(line));
            return;
        }
        if (name != "")
            last = null;
        switch (name)
        {
            case "packet" when line.StartsWith("packet|codec_type=video|", StringComparison.Ordinal):
                var packet = new ProbedSection(line);
                var number = packet["stream_index"] ?? "";
                if (!packets.TryGetValue(number, out var stream))
                    packets[number] = stream = new();
                stream.Add(packet);
                break;
            case "stream": // a stream of a program comes twice, the second time with all that was asked for
                var section = new ProbedSection(line);
                streams[section["index"] ?? ""] = last = section;
                break;
            case "format":
                Format = new(line);
                break;
        }
    }

    static UserException Refusal(string path, Ffmpeg ffprobe)
    {
        const string unwanted = "] Format not on whitelist"; // "[hls @ 0x55d9a7c3] Format not on whitelist 'mov,..."
        if (ffprobe.LineWith(unwanted) is { } line)
        {
            var format = line.TrimStart('[').Split(' ')[0];
            return new(Playlists.Contains(format) ? $"{path}: a list of other files ({format}); expected a video."
                : format.StartsWith("image2", StringComparison.Ordinal) || format.EndsWith("_pipe", StringComparison.Ordinal)
                ? $"{path}: is a picture; expected a video."
                : $"{path}: a file of the kind {format}, which is not read; expected a video, such as mp4.");
        }
        var words = ffprobe.LastWords().Replace(Ffmpeg.FileUrl(path) + ": ", "", StringComparison.Ordinal);
        return new($"{path}: not a video that can be read ({(words.Length == 0 ? "ffprobe gave no reason" : words)}).");
    }
}

/// <summary>Of a line of ffprobe, the values by their names; what is unknown is not there.</summary>
sealed class ProbedSection
{
    readonly Dictionary<string, string> values = [];

    public ProbedSection()
    {
    }

    /// <param name="line">Values after the section's name: "stream|index=0|codec_name=h264", with "\|" for "|".</param>
    public ProbedSection(string line)
    {
        var part = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '|')
                Keep();
            else
                part.Append(line[i] == '\\' && i + 1 < line.Length ? Unescaped(line[++i]) : line[i]);
        }
        Keep();

        void Keep()
        {
            var text = part.ToString();
            part.Clear();
            if (text.IndexOf('=') is var at and > 0 && text[(at + 1)..] is var value and not ("N/A" or "unknown"))
                values[text[..at]] = value;
        }

        static char Unescaped(char letter) => letter switch { 'n' => '\n', 'r' => '\r', 'b' => '\b', 'f' => '\f', _ => letter };
    }

    /// <summary>Takes over what it has not.</summary>
    public void Join(ProbedSection other)
    {
        foreach (var (name, value) in other.values)
            values.TryAdd(name, value);
    }

    /// <summary>The value of that name; null without one.</summary>
    public string? this[string name] => values.GetValueOrDefault(name);

    /// <summary>A whole number; 0 without one.</summary>
    public long Number(string name) =>
        long.TryParse(this[name], NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : 0;

    /// <summary>A finite number; 0 without one.</summary>
    public double Time(string name) => TimeOrNone(name) ?? 0;

    /// <summary>A finite number; null without one.</summary>
    public double? TimeOrNone(string name) =>
        double.TryParse(this[name], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value : null;

    /// <summary>Whether a stream has a disposition, such as "default".</summary>
    public bool Has(string disposition) => this["disposition:" + disposition] == "1";
}

/// <summary>A stream's packets.</summary>
sealed class ProbedPackets
{
    double latest = double.NegativeInfinity;

    /// <summary>Seconds on the file's clock of those that are shown, in the file's order.</summary>
    public List<double> Times { get; } = [];

    /// <summary>All, those that are not shown too.</summary>
    public long Count { get; private set; }

    /// <summary>How many are shown, at an unknown time.</summary>
    public int WithoutTime { get; private set; }

    /// <summary>Seconds that the frame shown last is shown, whose packet need not be the file's last; 0 if unknown.</summary>
    public double LastDuration { get; private set; }

    public void Add(ProbedSection packet)
    {
        Count++;
        if (packet["flags"]?.Contains('D') == true) // decoded for what follows, not shown
            return;
        if ((packet.TimeOrNone("pts_time") ?? packet.TimeOrNone("dts_time")) is not { } time)
        {
            WithoutTime++;
            return;
        }
        if (time >= latest)
            (latest, LastDuration) = (time, packet.Time("duration_time"));
        Times.Add(time);
    }
}

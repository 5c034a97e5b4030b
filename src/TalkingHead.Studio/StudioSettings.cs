namespace TalkingHead.Studio;

/// <summary>What the studio works with.</summary>
public sealed record StudioSettings
{
    /// <summary>The run that new people are learned with; null where there is none, and heads that are there can be driven only.</summary>
    public string? Run { get; init; }

    /// <summary>The folder of the heads.</summary>
    public string Heads { get; init; } = "heads";

    /// <summary>Of loopback; 0 for any that is free.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>One port, as browsers keep a page's presets and its right to the camera by port.</summary>
    public const int DefaultPort = 7421;
}

/// <summary>What requests may take: a studio serves one person on one machine.</summary>
static class Limits
{
    public const long PictureBytes = 32L << 20, VideoBytes = 768L << 20, TextBytes = 16 << 10;

    /// <summary>Of a live message, and of a side of its picture.</summary>
    public const int FrameBytes = 512 << 10, FrameSide = 1280;

    /// <summary>Pictures of one new person, and new people at a time.</summary>
    public const int Shots = 64, NewPeople = 4;

    /// <summary>Frames that a person is learned from, of those pictures.</summary>
    public const int LearnedShots = 32;

    /// <summary>Finished files kept for download; the oldest goes.</summary>
    public const int Downloads = 8;

    public const int Connections = 128, LiveConnections = 8;

    public static readonly TimeSpan Recording = TimeSpan.FromMinutes(5), Silence = TimeSpan.FromMinutes(5);
}

/// <summary>A request that is not served: one status and one sentence for each reason.</summary>
sealed class RefusedException(int status, string message) : UserException(message)
{
    public int Status => status;

    public static RefusedException NotFound(string what) => new(404, $"There is no {what} here (any more).");

    public static RefusedException Busy(string message) => new(409, message);

    public static RefusedException NoRun() => Busy("No run is there to learn with; start the studio with --run RUN.");

    public static RefusedException Bad(string message) => new(400, message);

    public static RefusedException TooLarge(long most) => new(413, $"That is too large: at most {most >> 20} MiB are taken.");
}

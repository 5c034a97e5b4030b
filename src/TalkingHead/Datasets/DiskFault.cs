namespace TalkingHead.Datasets;

/// <summary>Turns the failures of writing into a folder into one sentence.</summary>
static class DiskFault
{
    const int NoSpaceUnix = 28, NoQuotaUnix = 122, DiskFullWindows = unchecked((int)0x80070070), HandleDiskFullWindows = unchecked((int)0x80070027);

    internal static bool Is(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>The failure to write behind an exception, also where a file's own sentence wraps it; none behind any other.</summary>
    internal static IOException? Of(Exception e) => e as IOException ?? (e is UserException { InnerException: IOException inner } && IsFull(inner) ? inner : null);

    internal static bool IsFull(Exception e) => e.HResult is NoSpaceUnix or NoQuotaUnix or DiskFullWindows or HandleDiskFullWindows;

    internal static UserException Writing(string folder, Exception e) => new(
        IsFull(e) ? $"{folder}: the disk is full; what is written so far is kept: make room and run the same command again to continue."
        : $"{folder}: cannot be written ({e.Message.TrimEnd('.')}); name a folder that may be.", e);
}

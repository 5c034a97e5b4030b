using System.Runtime.InteropServices;

namespace TalkingHead.Datasets;

/// <summary>A file of a clip inside its shard. A clip's first member is its record, the second its landmarks, then its frames.</summary>
/// <param name="Offset">Of its first byte, from the clip's start in the shard.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Checksum">Of these bytes.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
readonly record struct ClipMember(uint Offset, uint Length, ulong Checksum)
{
    internal const int Record = 0, Landmarks = 1, FirstFrame = 2;

    /// <summary>The member's name after the clip's.</summary>
    internal static string Ending(int member) => member switch
    {
        Record => ".json",
        Landmarks => ".landmarks.npy",
        _ => FormattableString.Invariant($".{member - FirstFrame:D6}.jpg"),
    };
}

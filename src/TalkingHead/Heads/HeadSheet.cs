using TalkingHead.Media;

namespace TalkingHead.Heads;

/// <summary>A head at one glance: its source frames, their landmarks, and what the head makes of these.</summary>
public static class HeadSheet
{
    const int Most = 8;

    /// <summary>Draws up to eight of the source frames, evenly chosen.</summary>
    public static Picture Draw(Head head, SourceFrames source)
    {
        int count = Math.Min(Most, source.Count);
        int[] chosen = [.. Enumerable.Range(0, count).Select(k => (int)((2L * k + 1) * source.Count / (2L * count)))];
        var landmarks = source.Drawn(head.Configuration);
        var made = head.Generate([.. chosen.Select(frame => source.Landmarks[frame])]);
        return ContactSheet.Draw(
            [[.. chosen.Select(frame => source.Pictures[frame])], [.. chosen.Select(frame => landmarks[frame])], made], rowCaptions: ["source", "landmarks", "head"]);
    }
}

using System.Collections.Concurrent;
using TalkingHead.Media;
using TalkingHead.Synthetic;
using TalkingHead.Tests;
using TalkingHead.Tests.Media;

namespace TalkingHead.EndToEndTests.Media;

/// <summary>A synthetic person whom the tracker finds, as a video or as pictures.</summary>
static class SyntheticVideo
{
    const int Size = 256;

    static readonly Lazy<SyntheticIdentity> Person = new(() => new SyntheticPopulation(1).Identity(3));

    static readonly ConcurrentDictionary<int, byte[]> Drawn = new(); // many tests ask for the same frames

    internal static Picture Frame(int index) => new(Size, Size,
        [.. Drawn.GetOrAdd(index, _ => Person.Value.Clip(0).Frame(index, Size).Rgb)]);

    /// <summary>Writes frames at 12 a second, or each at a time of its own.</summary>
    internal static void Write(string path, int frames, Func<int, double>? at = null, VideoWriteSettings? settings = null)
    {
        using var writer = VideoWriter.Create(path, Size, Size, new(12, 1), (settings ?? new()) with { KeepsTimes = at is not null });
        for (var i = 0; i < frames; i++)
            writer.Write(Frame(i), at?.Invoke(i) ?? i / 12.0);
        writer.Finish();
    }
}

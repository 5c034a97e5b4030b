using TalkingHead.Data;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.Tests.Data;

/// <summary>Small made-up clips: bytes that only look like JPEG files, and landmarks by a formula.</summary>
static class MadeClips
{
    internal static readonly DatasetWriterOptions Options = new() { Size = 64, Recipe = """{"made":"up"}""", ShardBytes = 40_000 };

    internal static ClipRecord Record(int clip) => new($"person{clip / 3}/clip{clip:D3}", $"person{clip / 3}",
        clip / 3 % 4 == 3 ? Split.Test : Split.Train, $"person{clip / 3}/clip{clip:D3}.mp4")
    { Rate = 25 };

    internal static ReadOnlyMemory<byte>[] Frames(int clip) => [.. Enumerable.Range(0, 4 + clip % 5).Select(frame =>
    {
        var bytes = new byte[700 + 13 * frame + 101 * (clip % 7)];
        new Random(1000 * clip + frame).NextBytes(bytes);
        (bytes[0], bytes[1], bytes[2]) = (0xFF, 0xD8, 0xFF);
        return (ReadOnlyMemory<byte>)bytes;
    })];

    internal static float[] Landmarks(int clip) => [.. Enumerable.Range(0,
        (4 + clip % 5) * 136).Select(i => (float)((i * 37 + clip * 11) % 640 / 10.0))];

    internal static void Add(DatasetWriter writer, int clip) => writer.Add(Record(clip), Frames(clip), Landmarks(clip));

    /// <summary>A finished dataset of <paramref name="count"/> clips.</summary>
    internal static string Write(TemporaryFolder folder, string name, int count, DatasetWriterOptions? options = null)
    {
        using var writer = new DatasetWriter(folder.At(name), options ?? Options);
        for (var clip = 0; clip < count; clip++)
        {
            if (clip % 10 == 5)
                writer.Refuse(new($"bad{clip}.mp4", "undecodable", $"clip {clip} is bad"));
            Add(writer, clip);
        }

        writer.Complete();
        return folder.At(name);
    }

    /// <summary>Names and contents of all files.</summary>
    internal static SortedDictionary<string, byte[]> Contents(string folder) =>
        new(Directory.GetFiles(folder).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes), StringComparer.Ordinal);

    internal static void AssertSame(string expected, string actual)
    {
        var (a, b) = (Contents(expected), Contents(actual));
        Assert.Equal(a.Keys, b.Keys);
        foreach (var (name, bytes) in a)
            Assert.True(bytes.AsSpan().SequenceEqual(b[name]), $"{name} differs");
    }
}

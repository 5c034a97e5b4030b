namespace TalkingHead.Tests.Training;

/// <summary>Two trainings that ended the same.</summary>
static class SameRun
{
    /// <summary>Weights, averages, moments and rows of a step's checkpoint, figures and samples are the same to the last byte.</summary>
    internal static void AssertSame(string first, string second, int step)
    {
        foreach (var (folder, pattern) in new[] { ($"checkpoints/step-{step:D7}", "*.safetensors"), (".", "metrics.jsonl"),
            ("samples", "*.png") })
        {
            var names = Names(first, folder, pattern);
            Assert.NotEmpty(names);
            Assert.Equal(names, Names(second, folder, pattern));
            foreach (var name in names)
                Assert.True(Bytes(first, folder, name).AsSpan().SequenceEqual(Bytes(second, folder, name)), $"{folder}/{name}");
        }
    }

    static string[] Names(string run, string folder, string pattern) =>
        [.. Directory.GetFiles(Path.Combine(run, folder), pattern).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    static byte[] Bytes(string run, string folder, string name) => File.ReadAllBytes(Path.Combine(run, folder, name));
}

using System.Diagnostics;
using TalkingHead.Data;
using TalkingHead.Tests;
using TalkingHead.Tests.Data;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Data;

/// <summary>An index as large as VoxCeleb2's, made up: clips with no shard content behind them.</summary>
public sealed class IndexScaleTests : IDisposable
{
    const int Clips = 150_000, Frames = 16;

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AHundredAndFiftyThousandClipsOpenInHalfASecondAndHoldLittle()
    {
        MakeUp();
        var resident = Resident();
        var watch = Stopwatch.StartNew();
        using var dataset = Dataset.Open(folder.At("."));
        var opened = watch.Elapsed.TotalSeconds;
        Assert.Equal((Clips, (long)Clips * Frames), (dataset.Count, dataset.FrameCount));
        Assert.Equal("id04321/video00012", dataset.Get("id04321/video00012").Id);
        var sampler = new EpisodeSampler(dataset, new() { Shots = 8 });
        for (var i = 0; i < Clips; i++)
            sampler.Next();
        var held = (Resident() - resident) / 1e6;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Clips} clips open in {opened * 1000:F1} ms; after an epoch of draws {held:F0} MB are held");
        Assert.InRange(opened, 0, 0.5);
        Assert.InRange(held, -1000, 100);
    }

    void MakeUp()
    {
        using var journal = new Journal(folder.At("made-up"));
        var started = new JournalEntry.Started(1, 256, 0, "{}");
        var entries = new List<(string, long)>(Clips);
        var people = new Dictionary<string, Split>(StringComparer.Ordinal);
        var files = new ClipMember[ClipMember.FirstFrame + Frames];
        for (var clip = 0; clip < Clips; clip++)
        {
            var person = $"id{clip / 25:D5}";
            people[person] = Split.Train;
            var id = $"{person}/video{clip % 25:D5}";
            entries.Add((id, journal.Append(new JournalEntry.Clip(id, person, Split.Train, 0, 1000L * clip, 1000, 0, files))));
        }

        using var index = File.Create(folder.At("part1of1.index"));
        using (var shard = File.Create(folder.At("part1of1-00000.tar")))
            shard.SetLength(1000L * Clips);
        IndexWriter.Write(index, DatasetPart.Whole, started, journal, entries, people, [1000L * Clips]);
    }

    static long Resident()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}

using System.Text.Json;
using TalkingHead.Animation;
using TalkingHead.Data;
using TalkingHead.Evaluation;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using TalkingHead.Media;

namespace TalkingHead.Tests.Evaluation.Protocol;

/// <summary>What other systems make becomes rows of the same table.</summary>
public sealed class BaselineTests : IDisposable
{
    static readonly EvaluationSettings settings = SmallEvaluation.Settings with
    {
        FeedForward = true,
        Comparison = new() { Metrics = [Metric.Ssim, Metric.Psnr, Metric.L1, Metric.Resnet18, Metric.FdResnet18, Metric.Temporal] },
    };

    readonly SmallEvaluation small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void AFolderMadeByCopyingTheNearestFrameHasCopyNearestsRowToTheLastDigit()
    {
        Copy(small.Export("protocol", settings));
        var result = small.Run("baseline", settings with { Baselines = [new("copied", small.At("copied"))] })!;
        Assert.Equal(["feed-forward", "copy-nearest", "mean-frame", "copied"],
            result.Rows.Where(row => row.Shots == 3).Select(row => row.Method));
        foreach (var shots in settings.Shots)
            Assert.Equal(Figures(result.Rows, "copy-nearest", shots), Figures(result.Rows, "copied", shots));
        foreach (var person in result.Identities)
            Assert.Equal(Figures(person.Rows, "copy-nearest", 3), Figures(person.Rows, "copied", 3));
        Assert.Contains(result.Differences, difference => (difference.Method, difference.Than) == ("feed-forward", "copied"));
        Assert.Contains("| 3 | copied |", File.ReadAllText(Path.Combine(small.At("baseline"), "table.md")));
    }

    [Fact]
    public void TheManifestSaysWhoAndWhichFrames()
    {
        var folder = small.Export("protocol", settings);
        var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "protocol.json"))).RootElement;
        Assert.Equal(("self-reenactment", 32, 3), (manifest.GetProperty("mode").GetString(), manifest.GetProperty("size").GetInt32(),
            manifest.GetProperty("people").GetArrayLength()));
        foreach (var person in manifest.GetProperty("people").EnumerateArray())
        {
            var at = Path.Combine(folder, person.GetProperty("folder").GetString()!);
            Assert.Equal((3, 4, 4), (Directory.GetFiles(Path.Combine(at, "source")).Length,
                Directory.GetFiles(Path.Combine(at, "driver")).Length, Directory.GetFiles(Path.Combine(at, "truth")).Length));
            Assert.Equal(4, person.GetProperty("hold_out").GetArrayLength());
        }
    }

    [Fact]
    public void WhatIsMissingOrWrongIsOneSentence()
    {
        Copy(small.Export("protocol", settings));
        var with = settings with { Baselines = [new("copied", small.At("copied"))] };
        var frame = Path.Combine(small.At("copied"), "t3", "person-0001", "002.png");
        new Picture(16, 16).Save(frame);
        Assert.Equal($"{frame}: is 16x16; the evaluation's frames are 32x32.",
            Assert.Throws<UserException>(() => small.Run("size", with)).Message);
        File.Delete(frame);
        Assert.StartsWith($"{small.At("copied")}: holds no t3/person-0001/002.png; a baseline has a picture for each T, person and "
            + $"driver frame", Assert.Throws<UserException>(() => small.Open("missing", with)).Message);
        Assert.Equal("--baseline copied: is given twice; expected a name each.",
            Assert.Throws<UserException>(() => small.Open("twice",
                settings with { Baselines = [new("copied", "a"), new("copied", "b")] })).Message);
        Assert.Contains("expected NAME=DIR", Assert.Throws<UserException>(() => Baseline.Parse("folder")).Message);
        Assert.Contains("expected NAME=DIR", Assert.Throws<UserException>(() => Baseline.Parse("../x=folder")).Message);
        Assert.Contains("is a row of every evaluation", Assert.Throws<UserException>(() => Baseline.Parse("mean-frame=folder")).Message);
    }

    // As copy-nearest does, from the exported pictures and the dataset's landmarks.
    void Copy(string protocol)
    {
        var people = JsonDocument.Parse(File.ReadAllText(Path.Combine(protocol, "protocol.json"))).RootElement.GetProperty("people")
            .EnumerateArray().ToArray();
        for (var person = 0; person < people.Length; person++)
        {
            var sources = Frames(people[person], "clip", "sources");
            var driver = Frames(people[person], "driver", "hold_out");
            foreach (var shots in settings.Shots)
                for (var frame = 0; frame < driver.Count; frame++)
                {
                    var nearest = driver.Landmarks[frame].Nearest([.. sources.Landmarks.Take(shots)]);
                    var to = Path.Combine(small.At("copied"), Baseline.Place(shots, person, frame) + ".png");
                    Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                    File.Copy(Path.Combine(protocol, people[person].GetProperty("folder").GetString()!, "source", $"{nearest:D3}.png"), to);
                }
        }
    }

    SourceFrames Frames(JsonElement person, string clip, string frames) =>
        small.Frames(person.GetProperty(clip).GetString()!, [.. person.GetProperty(frames).EnumerateArray()
            .Select(frame => frame.GetInt32())]);

    static (double?, double?, double?, int, int)[] Figures(IEnumerable<ResultRow> rows, string method, int shots) =>
        [.. rows.Single(row => (row.Method, row.Shots) == (method, shots))
            .Figures.Select(figure => (figure.Value, figure.Low, figure.High, figure.Frames, figure.Missing))];
}

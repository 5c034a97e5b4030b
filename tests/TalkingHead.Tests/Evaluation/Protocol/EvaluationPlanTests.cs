using TalkingHead.Data;
using TalkingHead.Evaluation.Protocol;
using TalkingHead.Tests.Serialization;
using TalkingHead.Tests.Training;

namespace TalkingHead.Tests.Evaluation.Protocol;

public sealed class EvaluationPlanTests
{
    static readonly EvaluationSettings settings = new() { Shots = [1, 3], HoldOut = 4, Identities = 2 };

    [Fact]
    public void SourceAndHoldOutFramesAreDisjointAndOfTheRightNumber()
    {
        using var made = new MadeDataset(clips: 20, frames: 9, size: 32);
        using var dataset = Dataset.Open(made.Folder);
        var plan = EvaluationPlan.Create(dataset, settings);
        Assert.Equal(2, plan.Select(person => person.Identity).Distinct().Count());
        Assert.All(plan, person =>
        {
            Assert.Equal(Split.Test, dataset.Get(person.Clip).Split);
            Assert.Equal((4, 3), (person.HoldOut.Count, person.Sources.Count));
            Assert.Equal(7, person.HoldOut.Concat(person.Sources).Distinct().Count());
            Assert.All(person.HoldOut.Concat(person.Sources), frame => Assert.InRange(frame, 0, 8));
            Assert.Equal(person.HoldOut.Order(), person.HoldOut);
        });
    }

    [Fact]
    public void MorePeopleOrShotsChangeNobodysFrames()
    {
        using var small = new MadeDataset(clips: 10, frames: 9, size: 32);
        using var large = new MadeDataset(clips: 40, frames: 9, size: 32);
        using var few = Dataset.Open(small.Folder);
        using var many = Dataset.Open(large.Folder);
        var plan = EvaluationPlan.Create(few, settings);
        var more = EvaluationPlan.Create(many, settings with { Identities = 50, Shots = [1, 3, 5] });
        Assert.Equal(8, more.Count);
        Assert.All(plan, person =>
        {
            var same = more.Single(other => other.Identity == person.Identity);
            Assert.Equal(person.HoldOut, same.HoldOut);
            Assert.Equal(person.Sources, same.Sources.Take(3));
        });
    }

    [Fact]
    public void AnotherSeedTakesOtherFrames()
    {
        using var made = new MadeDataset(clips: 10, frames: 30, size: 32);
        using var dataset = Dataset.Open(made.Folder);
        Assert.NotEqual(
            EvaluationPlan.Create(dataset, settings).Select(person => string.Join(",", person.HoldOut)).Order(),
            EvaluationPlan.Create(dataset, settings with { Seed = 2 }).Select(person => string.Join(",", person.HoldOut)).Order());
    }

    [Fact]
    public void WhatCannotBeIsOneSentence()
    {
        using var made = new MadeDataset(clips: 5, frames: 6, size: 32);
        using var dataset = Dataset.Open(made.Folder);
        Says("T = 3 and 4 hold-out frames, apart, need clips of 7 frames; its longest held-out clip has 6. Lower --holdout or --shots.",
            dataset, settings);
        Says("one held-out person has clips of 3 frames; --cross needs two", dataset,
            settings with { Shots = [1], HoldOut = 2, Cross = true });

        using var folder = new TemporaryFolder();
        using (var writer = new DatasetWriter(folder.At("data"), new DatasetWriterOptions { Size = 32, Recipe = "made by a test" }))
        {
            writer.Add(new ClipRecord("person/clip", "person", Split.Train, "a test"), [dataset.ReadFrame(0, 0)], new float[136]);
            writer.Complete();
        }

        using var all = Dataset.Open(folder.At("data"));
        Says("all its people are there to train on, none is held out", all, settings);
    }

    [Theory]
    [InlineData("1,x", "--shots 1,x: expected different numbers of 1 or more, such as 1,8,32.")]
    [InlineData("", "--shots : expected different numbers")]
    public void ShotsAreNumbers(string list, string words) =>
        Assert.Contains(words, Assert.Throws<UserException>(() => EvaluationSettings.ParseShots(list)).Message);

    [Fact]
    public void NumbersWithoutSenseAreRefused()
    {
        foreach (var (wrong, words) in new[]
        {
            (settings with { Shots = [1, 1] }, "--shots 1,1: expected different numbers"),
            (settings with { Shots = [0] }, "--shots 0:"),
            (settings with { Identities = 0 }, "--identities 0: expected 1 or more."),
            (settings with { HoldOut = 1 }, "--holdout 1: expected 2 or more"),
            (settings with { Cross = true, Identities = 1 }, "--cross: expected --identities 2 or more"),
            (settings with { Adapt = true }, "--adapt: expected with --cross"),
        })
        {
            var mistake = Assert.Throws<UserException>(wrong.Check);
            Assert.Contains(words, mistake.Message);
            Assert.Equal(2, mistake.ExitCode);
        }
    }

    static void Says(string words, Dataset dataset, EvaluationSettings settings) =>
        Assert.Contains(words, Assert.Throws<UserException>(() => EvaluationPlan.Create(dataset, settings)).Message);
}

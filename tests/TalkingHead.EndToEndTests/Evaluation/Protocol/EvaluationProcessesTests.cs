using System.Text.Json;
using CommandLine;
using TalkingHead.Animation;
using TalkingHead.Cli;
using TalkingHead.Data;
using TalkingHead.EndToEndTests.Animation;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Tests;
using TalkingHead.Tests.Animation;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Evaluation.Protocol;

namespace TalkingHead.EndToEndTests.Evaluation.Protocol;

/// <summary>Several people at once, each in a process of its own.</summary>
public sealed class EvaluationProcessesTests(EvaluationProgram program) : IClassFixture<EvaluationProgram>
{
    const int Interrupt = 2, Kill = 9;

    // Long enough to be stopped in the middle: of four frames one is held out, and a third of the epochs may pass without a gain.
    static readonly string[] Long = ["--jobs", "2", "--shots", "4", "--set", "fine_tuning.epochs=100000"];

    [Fact]
    public void AnyNumberAtOnceMakesTheSameBytes()
    {
        program.Run("one", "--jobs", "1");
        program.Run("two", "--jobs", "2");
        program.AssertSameResult("one", "two");
        Assert.Contains("for each of 2 people at once", File.ReadAllText(program.At("two/timing.json")));
    }

    [Fact]
    public void NoProcessOutlivesTheOneThatStartedIt()
    {
        using var killed = program.Start("killed", Long);
        var children = LivingProcesses.Children(killed, 2);
        Assert.True(ProgramProcess.Signal(killed.Id, Kill));
        LivingProcesses.AssertGone(children);
    }

    [Fact]
    public void AnInterruptEndsAllOfThem()
    {
        using var started = program.Start("stopped", Long);
        var children = LivingProcesses.Children(started, 2);
        Assert.True(ProgramProcess.Signal(started.Id, Interrupt));
        var (code, _, said) = started.End();
        Assert.Equal(130, code);
        Assert.EndsWith($"jobs: 2 of 1 thread each (as asked){Environment.NewLine}talkinghead: stopped.{Environment.NewLine}", said);
        LivingProcesses.AssertGone(children);
    }

    [Fact]
    public void AProcessThatIsKilledEndsTheOthersWithASentence()
    {
        using var started = program.Start("short", Long);
        var children = LivingProcesses.Children(started, 2);
        Assert.True(ProgramProcess.Signal(children[1], Kill));
        var (code, _, said) = started.End();
        Assert.True(code == 1, said);
        Assert.EndsWith("talkinghead: a process that evaluates people ended with exit code 137; memory may have run out. Who is done is "
            + "kept: repeat the command, with a smaller --jobs." + Environment.NewLine, said);
        LivingProcesses.AssertGone(children);
    }

    [Fact]
    public void WhatIsWrongWithAPersonIsOneSentence()
    {
        using var started = program.Start("wrong", "--heads-out", program.At("run/config.yaml/heads"));
        var (code, _, said) = started.End();
        Assert.True(code == 1, said);
        Assert.StartsWith($"talkinghead: {program.At("run/config.yaml")}", said.TrimEnd().Split('\n')[^1]);
        Assert.DoesNotContain("   at ", said);
    }

    [Fact]
    public void ACommandBecomesTheArgumentsThatMakeIt()
    {
        var verb = new EvaluateVerb
        {
            RunPath = "runs/a \"b\" c", Data = "-x", Out = "it's", Cross = true, Changes = ["a.b=1", "c=2 3"],
            Jobs = 3, Part = "2/4"
        };
        var arguments = VerbArguments.From(verb);
        Assert.Equal("evaluate", arguments[0]);
        var again = Assert.IsType<Parsed<EvaluateVerb>>(new Parser(settings =>
            settings.AllowMultiInstance = true).ParseArguments<EvaluateVerb>(arguments[1..])).Value;
        Assert.Equal(JsonSerializer.Serialize(verb), JsonSerializer.Serialize(again));
    }

    [Fact]
    public void PartsOfAPartAreDisjointAndWhole()
    {
        var people = Enumerable.Range(0, 50);
        var part = new DatasetPart(2, 3);
        Assert.Equal(Of(part), Enumerable.Range(0, 4).SelectMany(job => Of(part.Part(job, 4))).Order());

        IEnumerable<int> Of(DatasetPart part) => people.Where(person => person % part.Count == part.Number - 1);
    }

    [Fact]
    public void ThePeopleLeftAndTheNumberAskedForBoundHowManyAreAtOnce()
    {
        using var run = SmallPerson.Run(SmallPerson.Configuration("plain", epochs: 2));
        Assert.Equal((1, "jobs: 1 of 1 thread each (1 person is to be evaluated)"), Chosen(0, 1));
        Assert.Equal((5, "jobs: 5 of 1 thread each (as asked)"), Chosen(5, 8));
        Assert.Equal((3, "jobs: 3 of 1 thread each (3 people are to be evaluated)"), Chosen(5, 3));
        Assert.Equal("--jobs -1: expected 0 to 1024.", Assert.Throws<UserException>(() => Chosen(-1, 3)).Message);

        (int, string) Chosen(int asked, int people)
        {
            var jobs = EvaluationJobs.Choose(asked, run, people);
            Assert.True(jobs.Apart);
            return (jobs.Count, jobs.Note);
        }
    }
}

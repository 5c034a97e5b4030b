using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using TalkingHead.Cli;
using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Distributed;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TalkingHead.Models;
using TalkingHead.Tests;
using TalkingHead.Tests.Distributed;
using TalkingHead.Tests.Models;
using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.EndToEndTests.Distributed;

/// <summary>What ranks do together. A test starts itself with mpirun; in those processes it is one rank.</summary>
public sealed class RanksTests
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    // All that ranks and launcher have said, and the exit code; in a rank this does not return.
    static (int Code, string Said) Start(int count, Action<Ranks> work, TimeSpan? deadline = null, [CallerMemberName] string test = "")
    {
        if (Launcher.Find(Environment.GetEnvironmentVariable) is { } launcher)
        {
            var rank = new Ranks(launcher.Name, launcher.Count, deadline ?? Deadline);
            rank.Run(() => work(rank));
            Environment.Exit(0);
        }
        using var ranks = RankProcesses.OfTest(count, $"{typeof(RanksTests).FullName}.{test}");
        return (ranks.End(), ranks.All);
    }

    static void Run(int count, Action<Ranks> work, [CallerMemberName] string test = "")
    {
        var (code, said) = Start(count, work, null, test);
        Assert.True(code == 0, said);
    }

    [Fact]
    public void OneRankAloneGetsBackWhatItGives()
    {
        using var mine = tensor([1f, 2]);
        var alone = Ranks.Alone;
        alone.Average([mine]);
        alone.Broadcast([mine]);
        alone.Broadcast([mine], root: alone.Count - 1);
        Assert.Equal([1f, 2], mine.data<float>().ToArray());
        Assert.Equal(["text"], alone.Gather("text"));
        Assert.Equal((true, false, 7), (alone.Any(true), alone.Any(false), alone.FromFirst(7)));
        Assert.Equal(new RankTraffic(0, 0, TimeSpan.Zero), alone.Traffic);
        Assert.True(alone.IsFirst);
    }

    [Fact]
    public void WhatRanksTellOneAnotherAllHear() => Run(3, ranks =>
    {
        for (var round = 0; round < 50; round++)
            Assert.Equal([$"0 in {round}", $"1 in {round}", $"2 in {round}"], ranks.Gather($"{ranks.Rank} in {round}"));
        Assert.True(ranks.Any(ranks.Rank == 2));
        Assert.False(ranks.Any(false));
        Assert.Equal(0.1, ranks.FromFirst(ranks.Rank == 0 ? 0.1 : 5));
        string large = new('ä', 100_000);
        Assert.All(ranks.Gather(large), text => Assert.Equal(large, text));
    });

    [Fact]
    public void TensorsComeFromTheFirstFromTheLastOrAsTheMean() => Run(3, ranks =>
    {
        using var scope = NewDisposeScope();
        Tensor first = Scalars.Full([2, 2], (float)ranks.Rank), last = Scalars.Full([3], (float)ranks.Rank), turned = Scalars.Full([2, 3],
            1f + ranks.Rank).t(), scalar = tensor((float)ranks.Rank);
        var whole = Scalars.Full([4], 5L + ranks.Rank, int64);
        ranks.Broadcast([first, whole]);
        ranks.Broadcast([last], root: ranks.Count - 1);
        ranks.Average([turned, scalar]);
        Assert.Equal([0f, 0, 0, 0], first.data<float>().ToArray());
        Assert.Equal([5L, 5, 5, 5], whole.data<long>().ToArray());
        Assert.Equal([2f, 2, 2], last.data<float>().ToArray());
        Assert.Equal(2, turned[2, 1].item<float>(), 1e-6);
        Assert.Equal(1, scalar.item<float>(), 1e-6);
        Assert.Equal(4 * 4 + 4 * 8 + 3 * 4 + 7 * 4, ranks.Traffic.Bytes);
    });

    // Three pieces and a rest; the last bit of each sum is known.
    [Fact]
    public void ALargeTensorIsAveragedWhereItLies() => Run(2, ranks =>
    {
        using var scope = NewDisposeScope();
        const int count = 3 * (1 << 22) + 5;
        var mine = Scalars.Arange(count, float32).Mul(ranks.Rank + 1).Div(3);
        var expected = Scalars.Arange(count, float32).Mul(1).Div(3).Div(2).Add(Scalars.Arange(count, float32).Mul(2).Div(3).Div(2));
        var address = Address(mine);
        ranks.Average([mine]);
        Assert.Equal(address, Address(mine));
        Assert.True(mine.equal(expected).all().item<bool>());
        Assert.Equal(4L * count, ranks.Traffic.Bytes);
        Assert.True(ranks.Traffic.Waited > TimeSpan.Zero);
        var exact = tensor(new[] { 1.0 / 3, ranks.Rank }, float64);
        ranks.Average([exact]);
        Assert.Equal([1.0 / 3, 0.5], exact.data<double>().ToArray());
        Assert.Throws<ArgumentException>(() => ranks.Average([tensor(1L)]));
        ranks.Average([]);

        static unsafe nint Address(Tensor tensor)
        {
            fixed (byte* data = tensor.bytes)
                return (nint)data;
        }
    });

    // Parts of MPI take signals for themselves from which .NET makes exceptions.
    [Fact]
    public void NullReferencesAreExceptionsAfterMpiHasStarted() => Run(2, ranks =>
    {
        var none = ranks.Rank > 9 ? "" : null;
        var zero = ranks.Count - 2;
        Assert.Throws<NullReferenceException>(() => none!.Length);
        Assert.Throws<DivideByZeroException>(() => 1 / zero);
    });

    [Fact]
    public void ARankWithSomethingElseIsNamed()
    {
        var (code, said) = Start(3, ranks => ranks.Expect("state", ranks.Rank == 2 ? "b" : "a", "Advice."));
        Assert.Equal(1, code);
        // all know it, rank 0 says it
        Assert.Single(Regex.Matches(said, "^talkinghead: rank 2 has another state than rank 0. Advice.$", RegexOptions.Multiline));
    }

    [Fact]
    public void WhyARankStoppedItSaysAndEndsTheOthers()
    {
        var (code, said) = Start(3, ranks =>
        {
            if (ranks.Rank == 1)
                throw new UserException("the disk is full.", exitCode: 2);
            while (true)
                ranks.Gather("");
        });
        Assert.Equal(2, code);
        Assert.Single(Regex.Matches(said, "talkinghead:"));
        Assert.Matches(@"talkinghead: rank 1 \(.*, process \d+\) stopped: the disk is full\.", said);
    }

    [Fact]
    public void ARankThatEndsWhileOthersGoOnIsNamed()
    {
        var (code, said) = Start(2, ranks =>
        {
            if (ranks.Rank == 0)
                ranks.Gather("");
        });
        Assert.Equal(1, code);
        Assert.Matches(@"talkinghead: rank 1 \(.*, process \d+\) has finished while others go on", said);
    }

    [Fact]
    public void OfThreeRanksTheOneThatDoesNotComeIsNamedAndNoOther()
    {
        var (code, said) = Start(3, ranks =>
        {
            Thread.Sleep(TimeSpan.FromSeconds(ranks.Rank == 1 ? 60 : 2 * ranks.Rank)); // rank 2 has waited 1 s when rank 0 has 5
            ranks.Gather("");
        }, deadline: TimeSpan.FromSeconds(10));
        Assert.Equal(1, code);
        Assert.Single(Regex.Matches(said, "talkinghead:"));
        Assert.Matches(@"talkinghead: rank 1 \([^)]*, process \d+\) has not come to the others within --rank-timeout \(10 s\): it hangs",
            said);
    }

    // The other never calls MPI.
    [Fact]
    public void ARankThatNeverStartsEndsTheOthersWithinTheDeadline()
    {
        if ((Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_RANK") ?? Environment.GetEnvironmentVariable("PMI_RANK")) == "1")
            Thread.Sleep(TimeSpan.FromMinutes(2));
        var clock = Stopwatch.StartNew();
        var (code, said) = Start(2, ranks => { }, deadline: TimeSpan.FromSeconds(3));
        Assert.InRange(clock.Elapsed.TotalSeconds, 3, 20);
        Assert.NotEqual(0, code);
        Assert.Matches(@"talkinghead: .*, process \d+ has waited for --rank-timeout \(3 s\) in MPI_Init: another rank did not start, "
            + @"or hangs\. Start all again", said);
    }

    [Fact]
    public void StoppedRanksLeaveTogetherWithoutASentence()
    {
        var (code, said) = Start(2, ranks => throw new OperationCanceledException("stopped"));
        Assert.NotEqual(0, code); // what the program makes of it is its own affair
        Assert.DoesNotContain("talkinghead:", said);
    }

    [Fact]
    public void ANumberThatIsNoneWithOneRankStopsAllBeforeAnyWeightChangesAndNamesTheTerm() => Run(2, ranks =>
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration("plain");
        using var own = SmallSetting.Networks(configuration);
        using var untouched = SmallSetting.Networks(configuration);
        using var rows = SmallSetting.Rows(configuration);
        using var content = TalkingHead.Losses.ContentLoss.Create(configuration.Objective);
        using var step = new TrainingStep(configuration, own.Embedder, own.Generator, own.Discriminator, rows, content, ranks);
        using var batch = SmallSetting.BatchOf(0);
        if (ranks.Rank == 1)
            batch.Target[0, 0, 0, 0] = tensor(float.NaN);
        Assert.Contains("content_pyramid", Assert.Throws<NonFiniteException>(() => step.Run(batch, adversarial: false)).Term);
        foreach (var (one, other) in own.Generator.state_dict().Values.Zip(untouched.Generator.state_dict().Values))
            Assert.True(one.allclose(other, 0, 0));
    });

    // After a step all parameters are frozen: biases must still not be taken for buffers, which are rank 0's.
    [Fact]
    public void ABiasThatDiffersIsFoundBeforeACheckpoint() => Run(2, ranks =>
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration("plain");
        using var own = SmallSetting.Networks(configuration);
        using var rows = SmallSetting.Rows(configuration);
        using var content = TalkingHead.Losses.ContentLoss.Create(configuration.Objective);
        using var step = new TrainingStep(configuration, own.Embedder, own.Generator, own.Discriminator, rows, content, ranks);
        using var statistics = new Statistics();
        using var batch = SmallSetting.BatchOf(0);
        step.Run(batch, adversarial: false);
        var state = new TrainingState(own, step, rows, averaged: null, statistics, CPU);
        state.Agree(ranks);
        var bias = own.Generator.named_parameters().First(pair => pair.name.EndsWith("bias", StringComparison.Ordinal)).parameter;
        Assert.False(bias.requires_grad);
        if (ranks.Rank == 1)
            using (no_grad())
                bias.Add_(1);
        Assert.Contains("rank 1 has another state than rank 0", Assert.Throws<RankFailure>(() => state.Agree(ranks)).Message);
    });

    [Fact]
    public void TrafficOfWDoesNotDependOnTheNumberOfClips() => Run(2, ranks =>
    {
        const int N = 16;
        foreach (var clips in new[] { 10, 5000 })
        {
            using var scope = NewDisposeScope();
            using var table = new EmbeddingTable(N, 0.1, 1, spectralNorm: true);
            table.Add(Enumerable.Range(0, clips).Select(clip => $"clip {clip}"));
            string[] step = ["clip 1", "clip 7", "clip 3", "clip 7"];
            var rows = table.Gather(step, CPU, first: 2 * ranks.Rank, count: 2);
            rows.Thaw();
            var own = rows.Rows();
            Assert.Equal([2, N], own.shape);
            own.Pow(2).mean().backward();
            var before = ranks.Traffic.RowBytes;
            ranks.Average([rows.Gradient], rows: true);
            Assert.Equal(3 * N * sizeof(float), ranks.Traffic.RowBytes - before); // three different clips
        }
    });
}

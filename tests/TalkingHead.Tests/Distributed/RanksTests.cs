using System.Net;
using System.Net.Sockets;
using TalkingHead.Distributed;
using TalkingHead.Networks;
using TalkingHead.Tests.Networks;
using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Distributed;

/// <summary>Ranks as threads of this process.</summary>
public sealed class RanksTests
{
    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // What each rank's work threw; none where all went well.
    static Exception?[] Start(int count, Action<Ranks> work)
    {
        int port = FreePort();
        var failures = new Exception?[count];
        var threads = Enumerable.Range(0, count).Select(rank => new Thread(() =>
        {
            try
            {
                using var ranks = new Ranks(new RankPlace(rank, count, rank, count, "127.0.0.1", port), CPU, TimeSpan.FromSeconds(20));
                ranks.Run(() => work(ranks));
            }
            catch (Exception failure)
            {
                failures[rank] = failure;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return failures;
    }

    static void Run(int count, Action<Ranks> work) => Assert.All(Start(count, work), failure => Assert.True(failure is null, $"{failure}"));

    [Fact]
    public void OneRankAloneGetsBackWhatItGives()
    {
        using var mine = tensor([1f, 2]);
        var alone = Ranks.Alone;
        alone.Average([mine]);
        alone.FromFirst([mine]);
        alone.FromLast(mine);
        Assert.Equal([1f, 2], mine.data<float>().ToArray());
        Assert.Equal(["text"], alone.Gather("text"));
        Assert.Equal((true, false, 7), (alone.Any(true), alone.Any(false), alone.FromFirst(7)));
        Assert.Null(alone.Gradients([]));
        Assert.Equal(new RankTraffic(0, 0, TimeSpan.Zero), alone.Traffic);
        Assert.True(alone.IsFirst);
    }

    [Fact]
    public void WhatRanksTellOneAnotherAllHear() => Run(3, ranks =>
    {
        for (int round = 0; round < 50; round++)
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
        Tensor first = full([2, 2], (float)ranks.Rank), last = full([3], (float)ranks.Rank), turned = full([2, 3], 1f + ranks.Rank).t(), scalar = tensor((float)ranks.Rank);
        var whole = full([4], 5L + ranks.Rank, int64);
        ranks.FromFirst([first, whole]);
        ranks.FromLast(last);
        ranks.Average([turned, scalar]);
        Assert.Equal([0f, 0, 0, 0], first.data<float>().ToArray());
        Assert.Equal([5L, 5, 5, 5], whole.data<long>().ToArray());
        Assert.Equal([2f, 2, 2], last.data<float>().ToArray());
        Assert.Equal(2, turned[2, 1].item<float>(), 1e-6);
        Assert.Equal(1, scalar.item<float>(), 1e-6);
        Assert.Equal(4 * 4 + 4 * 8 + 3 * 4 + 7 * 4, ranks.Traffic.Bytes);
    });

    [Fact]
    public void ARankWithSomethingElseIsNamed()
    {
        var failures = Start(3, ranks => ranks.Expect("state", ranks.Rank == 2 ? "b" : "a", "Advice."));
        Assert.All(failures, failure => Assert.Equal("rank 2 has another state than rank 0. Advice.", Assert.IsType<UserException>(failure).Message));
    }

    [Fact]
    public void WhyARankStoppedTheOthersSay()
    {
        var failures = Start(3, ranks =>
        {
            if (ranks.Rank == 1)
                throw new UserException("the disk is full.");
            while (true)
                ranks.Gather("");
        });
        Assert.Equal("the disk is full.", failures[1]!.Message);
        foreach (int rank in new[] { 0, 2 })
            Assert.Matches(@"^rank 1 \(.*, process \d+\) stopped: the disk is full\.", Assert.IsType<RankFailure>(failures[rank]).Message);
    }

    [Fact]
    public void ARankThatEndsWhileOthersGoOnIsNamed()
    {
        var failures = Start(2, ranks =>
        {
            if (ranks.Rank == 0)
                ranks.Gather("");
        });
        Assert.Matches(@"^rank 1 \(.*\) has finished while others go on", Assert.IsType<RankFailure>(failures[0]).Message);
        Assert.Null(failures[1]);
    }

    [Fact]
    public void ANumberThatIsNoneWithOneRankStopsAllBeforeAnyWeightChangesAndNamesTheTerm()
    {
        var configuration = SmallSetting.Configuration("plain");
        var networks = Enumerable.Range(0, 2).Select(_ => SmallSetting.Networks(configuration)).ToList();
        var failures = Start(2, ranks =>
        {
            using var scope = NewDisposeScope();
            using var rows = SmallSetting.Rows(configuration);
            using var content = TalkingHead.Objectives.ContentLoss.Create(configuration.Objective);
            var own = networks[ranks.Rank];
            using var step = new TrainingStep(configuration, own.Embedder, own.Generator, own.Discriminator, rows, content, ranks);
            using var batch = SmallSetting.BatchOf(0);
            if (ranks.Rank == 1)
                batch.Target[0, 0, 0, 0] = tensor(float.NaN);
            step.Run(batch, adversarial: false);
        });
        Assert.All(failures, failure => Assert.Contains("content_pyramid", Assert.IsType<NonFiniteException>(failure).Term));
        var untouched = SmallSetting.Networks(configuration);
        foreach (var own in networks)
            foreach (var (one, other) in own.Generator.state_dict().Values.Zip(untouched.Generator.state_dict().Values))
                Assert.True(one.allclose(other, 0, 0));
        networks.ForEach(own => own.Dispose());
        untouched.Dispose();
    }

    [Fact]
    public void TrafficOfWDoesNotDependOnTheNumberOfClips() => Run(2, ranks =>
    {
        const int N = 16;
        foreach (int clips in new[] { 10, 5000 })
        {
            using var scope = NewDisposeScope();
            using var table = new VideoEmbeddings(N, 0.1, 1, spectralNorm: true);
            table.Add(Enumerable.Range(0, clips).Select(clip => $"clip {clip}"));
            string[] step = ["clip 1", "clip 7", "clip 3", "clip 7"];
            var rows = table.Gather(step, CPU, first: 2 * ranks.Rank, count: 2);
            rows.Thaw();
            var own = rows.Rows();
            Assert.Equal([2, N], own.shape);
            own.pow(2).mean().backward();
            long before = ranks.Traffic.RowBytes;
            ranks.AverageRows(rows.Gradient);
            Assert.Equal(3 * N * sizeof(float), ranks.Traffic.RowBytes - before); // three different clips
        }
    });

    [Fact]
    public void StrangersAtTheDoorAreSentAway()
    {
        using var server = new ControlServer(2, TimeSpan.FromSeconds(20));
        foreach (byte[] greeting in new byte[][] { "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [0, 255, 255, 255, 127], [0, 3, 0, 0, 0, (byte)'a', (byte)' ', (byte)'0'] })
        {
            using var stranger = new TcpClient("127.0.0.1", server.Port) { ReceiveTimeout = 10_000 };
            stranger.GetStream().Write(greeting);
            try
            {
                Assert.Equal(-1, stranger.GetStream().ReadByte()); // closed, without a word
            }
            catch (IOException reset)
            {
                Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(reset.InnerException).SocketErrorCode);
            }
        }
    }
}

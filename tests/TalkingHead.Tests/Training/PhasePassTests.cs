using System.Runtime.InteropServices;
using TalkingHead.Configuration;
using TalkingHead.Networks;
using TalkingHead.Objectives;
using TalkingHead.Tests.Networks;
using TalkingHead.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Training;

/// <summary>A step's phases recorded and replayed, on a CPU with a stand-in for CUDA graphs.</summary>
public class PhasePassTests
{
    const int Steps = 10;

    /// <summary>
    /// Does a recording's work again at each replay and writes into the first results, as a graph does, which knows nothing
    /// of what parameters have for their gradients. Meanwhile the caller's batch holds no numbers, so that work which reads
    /// it, instead of its own inputs, shows.
    /// </summary>
    sealed class StandIn
    {
        public List<int> Results { get; } = []; // of each recording
        public int Replays { get; private set; }
        public EpisodeBatch? Batch { get; set; }
        public IReadOnlyList<Tensor> Parameters { get; set; } = [];

        public RecordedWork Record(Func<IReadOnlyList<Tensor>> work)
        {
            IReadOnlyList<Tensor> results = Once(work);
            foreach (var result in results)
                result.DetachFromDisposeScope().fill_(float.NaN); // recording computes nothing
            Results.Add(results.Count);
            return new RecordedWork(results, () => Replay(work, results), new Owned(results));
        }

        void Replay(Func<IReadOnlyList<Tensor>> work, IReadOnlyList<Tensor> results)
        {
            Replays++;
            using var scope = NewDisposeScope();
            Tensor?[] gradients = [.. Parameters.Select(parameter => parameter.grad)];
            var again = Once(work);
            foreach (var (parameter, gradient) in Parameters.Zip(gradients))
                parameter.grad = gradient;
            using var _ = no_grad();
            foreach (var (result, value) in results.Zip(again))
                result.copy_(value);
        }

        IReadOnlyList<Tensor> Once(Func<IReadOnlyList<Tensor>> work)
        {
            Tensor[] given = [Batch!.Source, Batch.SourceLandmarks, Batch.Target, Batch.TargetLandmarks];
            Tensor[] kept = [.. given.Select(tensor => tensor.clone())];
            foreach (var tensor in given)
                tensor.fill_(float.NaN);
            var results = work();
            foreach (var (tensor, value) in given.Zip(kept))
                tensor.copy_(value);
            return results;
        }

        sealed class Owned(IReadOnlyList<Tensor> tensors) : IDisposable
        {
            public void Dispose() => tensors.ToList().ForEach(tensor => tensor.Dispose());
        }
    }

    // What a short training leaves, and what was said on the way.
    sealed record Course(byte[][] State, List<float[]> Losses, List<string> Said, List<bool> Replayed);

    static Course Train(RunConfiguration configuration, StandIn? standIn, Func<int, bool>? adversarial = null, Recorder? recorder = null, Action<TrainingStep, int>? before = null, Func<int, EpisodeBatch>? batches = null)
    {
        using var scope = NewDisposeScope();
        using var networks = SmallSetting.Networks(configuration);
        using var rows = SmallSetting.Rows(configuration);
        using var content = ContentLoss.Create(configuration.Objective);
        using var step = new TrainingStep(configuration, networks.Embedder, networks.Generator, networks.Discriminator, rows, content);
        var (losses, said, replayed) = (new List<float[]>(), new List<string>(), new List<bool>());
        if (standIn is not null || recorder is not null)
            step.Record(recorder ?? standIn!.Record, said.Add);
        Tensor[] parameters = [.. networks.Embedder.parameters(), .. networks.Generator.parameters(), .. networks.Discriminator.parameters()];
        if (standIn is not null)
            standIn.Parameters = parameters;
        for (int number = 0; number < Steps; number++)
        {
            using var inner = NewDisposeScope();
            using var batch = (batches ?? SmallSetting.BatchOf)(number);
            if (standIn is not null)
                standIn.Batch = batch;
            before?.Invoke(step, number);
            if (number % 3 == 2) // zeroing may mean that there is no gradient
                foreach (var parameter in parameters)
                    parameter.grad = null;
            var found = step.Run(batch, adversarial?.Invoke(number) ?? true, measure: true);
            losses.Add([.. found.OrderBy(loss => loss.Key, StringComparer.Ordinal).Select(loss => loss.Value.item<float>())]);
            replayed.Add(step.Replayed);
        }
        byte[][] state =
        [
            .. new nn.Module[] { networks.Embedder, networks.Generator, networks.Discriminator }
                .SelectMany(network => network.state_dict().Values.Select(value => value.bytes.ToArray())),
            .. rows.Clips.Select(clip => MemoryMarshal.AsBytes(rows.Row(clip).AsSpan()).ToArray()),
        ];
        return new Course(state, losses, said, replayed);
    }

    static void AssertSame(Course expected, Course found)
    {
        Assert.Equal(expected.Losses, found.Losses);
        Assert.Equal(expected.State, found.State);
    }

    static readonly RunConfiguration Normal = SmallSetting.Configuration("normal");

    // One clip twice in every other batch: W's rows of a step are then fewer.
    static EpisodeBatch Uneven(int step) => new(SmallSetting.Source(step), SmallSetting.SourceLandmarks(step), SmallSetting.Target(step), SmallSetting.TargetLandmarks(step),
        step % 2 == 0 ? SmallSetting.ClipsOf(step) : [SmallSetting.Clip(step % SmallSetting.Clips), SmallSetting.Clip(step % SmallSetting.Clips)]);

    [Theory, InlineData(Precision.Float32), InlineData(Precision.Bf16)]
    public void TenReplayedStepsAreTenPlainOnesToTheLastBit(Precision precision)
    {
        var configuration = Normal with { Training = Normal.Training with { Precision = precision } };
        var standIn = new StandIn();
        var plain = Train(configuration, null, batches: Uneven);
        var replayed = Train(configuration, standIn, batches: Uneven);
        AssertSame(plain, replayed);
        Assert.All(replayed.Replayed, Assert.True);
        Assert.DoesNotContain(true, plain.Replayed);
        Assert.Equal(2, standIn.Results.Count);        // a recording of each phase
        Assert.Equal(Steps * 3, standIn.Replays);      // one of the generator's, two of the discriminator's a step
        Assert.Equal(["CUDA graphs: each phase is recorded in its first step"], replayed.Said);
    }

    [Fact]
    public void TheWarmUpHasARecordingOfItsOwn()
    {
        var standIn = new StandIn();
        static bool Adversarial(int step) => step is >= 4 and not 7; // and back once, as after a return to a checkpoint
        var replayed = Train(Normal, standIn, Adversarial);
        AssertSame(Train(Normal, null, Adversarial), replayed);
        Assert.All(replayed.Replayed, Assert.True);
        // x̂ and the gradients, with one content term or with the adversary's three more; three scores of the discriminator.
        Assert.Equal(5, standIn.Results.Count);
        Assert.Equal(standIn.Results[0] + 3, standIn.Results[1]);
        Assert.Equal([standIn.Results[0], standIn.Results[1]], standIn.Results[3..]);
    }

    [Fact]
    public void RatesAndClippingTakeEffectUnderReplay()
    {
        var configuration = Normal with { Optimizer = Normal.Optimizer with { ClipNorm = 0.5 } };
        var plain = Train(configuration, null, before: Fall);
        AssertSame(plain, Train(configuration, new StandIn(), before: Fall));
        Assert.NotEqual(plain.State, Train(configuration, new StandIn()).State);

        static void Fall(TrainingStep step, int number) => step.RateFactor = 1 - (double)number / Steps;
    }

    [Fact]
    public void WeightsThatACheckpointPutBackAreWhatAReplayReads()
    {
        using var scope = NewDisposeScope();
        using var networks = SmallSetting.Networks(Normal);
        using var rows = SmallSetting.Rows(Normal);
        using var content = ContentLoss.Create(Normal.Objective);
        using var step = new TrainingStep(Normal, networks.Embedder, networks.Generator, networks.Discriminator, rows, content);
        using var batch = SmallSetting.BatchOf(0);
        var standIn = new StandIn { Batch = batch };
        step.Record(standIn.Record, _ => { });
        using var statistics = new Statistics();
        var state = new TrainingState(networks, step, rows, null, null, statistics, CPU);
        step.Run(batch);
        string folder = Directory.CreateTempSubdirectory("talkinghead-").FullName;
        state.Save(folder);
        float[] first = Losses();
        Assert.NotEqual(first, Losses());
        state.Load(folder);
        Assert.Equal(first, Losses());
        Assert.Equal(2, standIn.Results.Count);
        Directory.Delete(folder, recursive: true);

        float[] Losses() => [.. step.Run(batch).Values.Select(loss => loss.item<float>())];
    }

    [Fact]
    public void ABatchOfAnotherShapeGoesThePlainWay()
    {
        var standIn = new StandIn();
        var replayed = Train(Normal, standIn, batches: Batches);
        AssertSame(Train(Normal, null, batches: Batches), replayed);
        Assert.Equal(Enumerable.Range(0, Steps).Select(step => step != 5), replayed.Replayed);
        Assert.Equal(2, standIn.Results.Count);

        static EpisodeBatch Batches(int step) => step != 5 ? SmallSetting.BatchOf(step)
            : new(SmallSetting.Source(5)[..1], SmallSetting.SourceLandmarks(5)[..1], SmallSetting.Target(5)[..1], SmallSetting.TargetLandmarks(5)[..1], [SmallSetting.Clip(0)]);
    }

    [Theory, InlineData("optimizer.accumulation"), InlineData("spectral_norm.iterate"), InlineData("training.cuda_graphs")]
    public void WhatCannotBeRecordedGoesThePlainWayAndSaysWhy(string reason)
    {
        var configuration = reason switch
        {
            "optimizer.accumulation" => Normal with { Optimizer = Normal.Optimizer with { Accumulation = 2 } },
            "training.cuda_graphs" => Normal with { Training = Normal.Training with { CudaGraphs = false } },
            _ => SmallSetting.Configuration("plain"),
        };
        var standIn = new StandIn();
        var course = Train(configuration, standIn);
        AssertSame(Train(configuration, null), course);
        Assert.Empty(standIn.Results);
        Assert.StartsWith($"CUDA graphs: off, {reason}", Assert.Single(course.Said));
    }

    [Theory, InlineData("operation not permitted when stream is capturing"), InlineData("its replay gives other numbers")]
    public void AFailingRecordingIsNamedOnceAndChangesNothing(string failure)
    {
        // It fails in the middle: the work has been done, and the parameters have its gradients.
        var standIn = new StandIn();
        RecordedWork Fail(Func<IReadOnlyList<Tensor>> work) => failure.StartsWith("operation")
            ? throw new ExternalException($"{failure}, {work().Count} results")
            : standIn.Record(work) with { Replay = () => { } }; // its replay writes nothing
        var course = Train(Normal, standIn, recorder: Fail);
        AssertSame(Train(Normal, null), course);
        Assert.DoesNotContain(true, course.Replayed);
        Assert.Equal(3, course.Said.Count);
        Assert.Contains($"the generator's phase is not recorded ({failure}", course.Said[1]);
        Assert.Contains($"the discriminator's phase is not recorded ({failure}", course.Said[2]);
    }

    [Fact]
    public void WithNothingToRecordWithThatIsSaidOnceAndACpuSaysNothing()
    {
        using var networks = SmallSetting.Networks(Normal);
        using var rows = SmallSetting.Rows(Normal);
        using var content = ContentLoss.Create(Normal.Objective);
        using var step = new TrainingStep(Normal, networks.Embedder, networks.Generator, networks.Discriminator, rows, content);
        var said = new List<string>();
        step.Record(CPU, said.Add);
        Assert.Empty(said);
        step.Record((Recorder?)null, said.Add);
        Assert.Equal("CUDA graphs: off, this build of the engine, or TorchSharp's package, has none", Assert.Single(said));
    }
}

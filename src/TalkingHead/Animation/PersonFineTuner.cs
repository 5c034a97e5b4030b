using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Faces;
using TalkingHead.Losses;
using TalkingHead.Media;
using TalkingHead.Models;
using TalkingHead.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Generator = TalkingHead.Models.Generator;

namespace TalkingHead.Animation;

/// <summary>
/// Makes a head of a new person from T frames (paper, section 3.3): ê_NEW = mean of E, ψ' = P ê_NEW and w' = w0 + ê_NEW,
/// then, unless feed-forward, ψ', ψ, θ, w' and b are tuned on copies of the run's networks. E and P rest. Finally, what the
/// generator misses of each frame is added to its reference, if the run has references.
/// </summary>
public sealed class PersonFineTuner
{
    readonly TrainedRun run;
    readonly FineTunerSettings settings;
    readonly RunConfiguration configuration;
    readonly Tensor frames, landmarks; // (T,3,S,S)
    readonly Action<FineTuningEpoch>? report;
    readonly CancellationToken keep;
    IReadOnlyList<Tensor>? targets; // of all frames

    PersonFineTuner(TrainedRun run, Tensor frames, Tensor landmarks, FineTunerSettings settings, Action<FineTuningEpoch>? report,
        CancellationToken keep)
    {
        (this.run, this.frames, this.landmarks, this.settings, this.report, this.keep) = (run, frames, landmarks, settings, report, keep);
        var (all, tuning) = (run.Configuration, run.Configuration.FineTuning);
        configuration = all with
        {
            Optimizer = all.Optimizer with
            {
                GeneratorRate = tuning.GeneratorRate ?? all.Optimizer.GeneratorRate,
                DiscriminatorRate = tuning.DiscriminatorRate ?? all.Optimizer.DiscriminatorRate,
                MuonRate = tuning.MuonRate,
                Accumulation = (int)Math.Min(all.Optimizer.Accumulation, frames.shape[0]), // one frame has no parts
            },
        };
    }

    /// <summary>Learns the person; the run's networks stay as they are. On a CPU, the same seed gives the same bits.</summary>
    /// <param name="run">The meta-learned networks.</param>
    /// <param name="source">T frames of the run's size.</param>
    /// <param name="settings">How.</param>
    /// <param name="report">Hears of each epoch as it ends, the curve of the stopping rule.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <param name="keep">Ends the tuning after the epoch under way; the head is the best so far.</param>
    /// <exception cref="UserException">The frames' size is another, they are too many, the run cannot be fine-tuned, or no finite number
    /// comes out.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Head Run(TrainedRun run, SourceFrames source, FineTunerSettings? settings = null, Action<FineTuningEpoch>? report = null,
        CancellationToken cancel = default, CancellationToken keep = default)
    {
        if (source.Size != run.Configuration.Data.Size)
            throw new UserException(
                $"{source.Source.Name}: its frames are {source.Size} pixels a side, the run's are {run.Configuration.Data.Size}.");
        run.ExpectShots(source.Count);
        settings ??= new();
        using var scope = NewDisposeScope();
        var (frames, landmarks) = source.ToTensors(run.Configuration, run.Device);
        var enrollment = new PersonFineTuner(run, frames, landmarks, settings, report, keep);
        var person = settings.FeedForward ? enrollment.FeedForward() : enrollment.FineTune(cancel);
        var psi = person.Generator.BackProject(person.Psi, frames, landmarks);
        return new Head(person.Generator, psi, run.Configuration, LandmarkShape.Frontal(source.Landmarks), source.Pictures[0],
            new HeadOrigin
            {
                Run = run.Name,
                Step = run.Step,
                Source = source.Source,
                Shots = source.Count,
                Epochs = person.Epochs,
                KeptEpoch = person.Kept,
                Seed = settings.FeedForward ? null : settings.Seed,
            }, run.Device);
    }

    // A person's numbers, and how they came about; epochs are none where nothing was tuned.
    sealed record Person(PersonGenerator Generator, Tensor Psi, int? Epochs, int? Kept);

    Person FeedForward()
    {
        using var _ = no_grad();
        return new Person(GeneratorFactory.Create(run.Generator, configuration, run.Device),
            run.Project(run.Embed(frames, landmarks), frames, landmarks), null, null);
    }

    // So many epochs, or until the stopping rule says to end; then what was held out is learned, too.
    Person FineTune(CancellationToken cancel)
    {
        int count = (int)frames.shape[0], epochs = settings.Epochs ?? configuration.FineTuning.Epochs;
        targets = run.Content.Targets(frames);
        var rule = settings.Epochs is null ? StoppingRule.For(count) : null;
        using var networks = run.Copy();
        var embedding = run.Embed(frames, landmarks);
        using var step = new FineTuningStep(configuration, networks.Generator, networks.Discriminator, embedding, run.Content,
            run.Project(embedding, frames, landmarks));
        if (settings.ShuffledStyle)
            Shuffle(step.Psi);
        int[] all = [.. Enumerable.Range(0, count)], learned = [.. all.Except(rule?.HeldOut ?? [])];
        using var averaged = new PersonAverage(networks.Generator, step, configuration, run.Device);
        using var best = new BestWeights(averaged.Generator, averaged.Psi);
        var batches = Batches();
        var epoch = 0;
        var end = Report(rule, best, averaged, new FineTuningEpoch(0, epochs, double.NaN, HeldOut(averaged, rule)));
        while (!end && epoch < epochs)
        {
            epoch++;
            var loss = Epoch(step, averaged, batches.Epoch(learned, epoch, last: epoch == epochs), epoch,
                adversarial: epoch > configuration.FineTuning.WarmUp * epochs, cancel);
            end = Report(rule, best, averaged, new FineTuningEpoch(epoch, epochs, loss, HeldOut(averaged, rule)));
        }
        best.Restore();
        if (rule is { HeldOut.Count: > 0, Kept: > 0 })
            LearnAll(step, averaged, all, epochs, StoppingRule.EpochsOfAll(rule.Kept), cancel);
        return new Person(GeneratorFactory.Create(averaged.Generator, configuration, run.Device),
            averaged.Psi.detach().clone(), epoch, rule?.Kept ?? epoch);
    }

    // A few epochs from the best weights on; before is the number of those that came before.
    void LearnAll(FineTuningStep step, PersonAverage averaged, int[] all, int before, int epochs, CancellationToken cancel)
    {
        averaged.Restart();
        var batches = Batches();
        for (var epoch = 0; epoch <= epochs && !keep.IsCancellationRequested; epoch++)
        {
            var loss = epoch == 0 ? double.NaN : Epoch(step, averaged,
                batches.Epoch(all, before + epoch, last: epoch == epochs), before + epoch, adversarial: true, cancel);
            Tell(averaged, new FineTuningEpoch(epoch, epochs, loss, double.NaN));
        }
    }

    void Shuffle(Tensor psi)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        int[] order = [.. Enumerable.Range(0, run.Generator.StyleLength)];
        new CounterRandom((ulong)settings.Seed, 0).Shuffle(order);
        var numbers = psi[.., ..order.Length]; // references stay
        numbers.copy_(numbers.index_select(1, tensor(order.Select(place => (long)place).ToArray(), device: psi.device)));
    }

    void Tell(PersonAverage person, FineTuningEpoch epoch) => report?.Invoke(epoch with { Show = frame => Show(person, frame) });

    // True when the rule says to end; it also says which epoch is kept, without one it is the last.
    bool Report(StoppingRule? rule, BestWeights best, PersonAverage person, FineTuningEpoch epoch)
    {
        Tell(person, epoch);
        var (taken, end) = rule?.Judge(epoch) ?? (true, false);
        if (taken)
            best.Take();
        return end || keep.IsCancellationRequested;
    }

    // The person as learned so far with the landmarks of one of the frames.
    Picture Show(PersonAverage person, int frame)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        // As held-out frames are judged: not drawn from its own reference, unless there is no other.
        var psi = frames.shape[0] == 1 ? person.Psi
            : person.Generator.WithoutOwn(person.Psi, tensor(new[] { (long)frame }, device: run.Device));
        return PictureTensor.ToPictures(person.Generator.call(landmarks.narrow(0, frame, 1), psi))[0];
    }

    PersonBatches Batches() => new(settings.Seed, configuration.FineTuning.Batch);

    // Returns the mean content loss of the frames.
    double Epoch(FineTuningStep step, PersonAverage averaged, IEnumerable<int[]> batches, int epoch, bool adversarial,
        CancellationToken cancel)
    {
        double sum = 0;
        var count = 0;
        foreach (var batch in batches)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var numbers = tensor(batch.Select(frame => (long)frame).ToArray(), device: run.Device);
            try
            {
                var losses = step.Run(frames.index_select(0, numbers), landmarks.index_select(0, numbers), Targets(numbers), adversarial,
                    own: numbers);
                averaged.Update();
                sum += run.Content.Weigh(losses) * batch.Length;
                count += batch.Length;
            }
            catch (NonFiniteException failure)
            {
                throw new UserException($"fine-tuning gave no finite number "
                    + $"in epoch {epoch} ({failure.Term}). Try a lower fine_tuning.generator_rate, such as --set "
                    + $"fine_tuning.generator_rate={configuration.Optimizer.GeneratorRate / 4:0.##e+0}.", failure);
            }
        }
        return sum / count;
    }

    IReadOnlyList<Tensor>? Targets(Tensor numbers) => targets?.Select(maps => maps.index_select(0, numbers)).ToArray();

    // Weighted content loss of the held-out frames as the networks stand.
    double HeldOut(PersonAverage person, StoppingRule? rule)
    {
        if (rule is not { HeldOut.Count: > 0 })
            return double.NaN;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var numbers = tensor(rule.HeldOut.Select(frame => (long)frame).ToArray(), device: run.Device);
        var terms = new LossSum();
        var held = landmarks.index_select(0, numbers);
        var fake = person.Generator.call(held, person.Generator.WithoutOwn(person.Psi, numbers));
        run.Content.AddTerms(terms, fake, frames.index_select(0, numbers), held, Targets(numbers));
        return terms.Total().item<float>();
    }
}

/// <summary>How a new person is learned; rates and batch are the run's configuration's (<c>fine_tuning</c>).</summary>
public sealed record FineTunerSettings
{
    /// <summary>Nothing is tuned: ψ' = P ê (paper, FF), with references if the run has them.</summary>
    public bool FeedForward { get; init; }

    /// <summary>
    /// So many epochs, over every frame, without a stopping rule. Null: with four frames or more, as many as do best on
    /// held-out frames, and a quarter as many over all frames; with fewer, until nothing is gained. The configuration has the
    /// most.
    /// </summary>
    public int? Epochs { get; init; }

    /// <summary>Decides the order of the frames.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// The paper's ablation: ψ' starts with the numbers of P ê in a random order, so that their size is right and what
    /// they say of the person is gone.
    /// </summary>
    internal bool ShuffledStyle { get; init; }
}

/// <summary>One epoch of a fine-tuning.</summary>
/// <param name="Epoch">From 1; 0 is the feed-forward person before the first step. It begins anew, from the best weights, when
/// the held-out frames are learned too.</param>
/// <param name="Epochs">The most there will be; of all frames, how many there will be.</param>
/// <param name="Loss">Mean weighted content loss of the frames learned from, as the epoch went over them; NaN for epoch 0.</param>
/// <param name="HeldOut">Weighted content loss of the held-out frames after the epoch; NaN where none are held out.</param>
public readonly record struct FineTuningEpoch(int Epoch, int Epochs, double Loss, double HeldOut)
{
    /// <summary>Draws the person as learned so far with the landmarks of the frame of that number; only while it is reported.</summary>
    public Func<int, Picture>? Show { get; init; }
}

/// <summary>
/// The generator and ψ' that are judged and kept: a moving average over the steps, or, where the configuration has none,
/// the tuned ones themselves.
/// </summary>
sealed class PersonAverage : IDisposable
{
    readonly MovingAverage? average;
    readonly Generator tuned;
    readonly Parameter tunedPsi;
    int steps;

    public PersonAverage(Generator generator, FineTuningStep step, RunConfiguration configuration, Device device)
    {
        (Generator, Psi) = (tuned, tunedPsi) = (generator, step.Psi);
        if (configuration.FineTuning.Averaging == 0)
            return;
        Generator = GeneratorFactory.Empty(() => new Generator(configuration.Network, configuration.Data.Size,
            NetworkSet.Mode(configuration.SpectralNorm, configuration.SpectralNorm.Generator)), device);
        ComputeType.Set(Generator, configuration.Training.Precision);
        Generator.load_state_dict(generator.state_dict()); // P too, which is not tuned
        using var _ = no_grad();
        Psi = new Parameter(step.Psi.detach().clone().DetachFromDisposeScope(), requires_grad: false);
        average = new MovingAverage(step.GeneratorOptimizer.Flat, [.. Generator.ParametersWithoutProjection(), Psi],
            [(generator, Generator)], configuration.FineTuning.Averaging);
    }

    public Generator Generator { get; }

    public Parameter Psi { get; }

    /// <summary>After a step.</summary>
    public void Update() => average?.Update(++steps);

    /// <summary>The tuned weights become the average's.</summary>
    public void Restart()
    {
        if (average is null)
            return;
        using var _ = no_grad();
        tuned.load_state_dict(Generator.state_dict());
        tunedPsi.copy_(Psi);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (average is null)
            return;
        Generator.Dispose();
        Psi.Dispose();
        average.Dispose();
    }
}

/// <summary>A generator's and ψ's numbers as they were when they did best.</summary>
sealed class BestWeights(nn.Module generator, Tensor psi) : IDisposable
{
    readonly Tensor[] live = [.. generator.state_dict().Values, psi];
    Tensor[] taken = [];

    public void Take()
    {
        using var _ = no_grad();
        if (taken.Length == 0)
            taken = [.. live.Select(tensor => tensor.detach().clone().DetachFromDisposeScope())];
        else
            for (var i = 0; i < live.Length; i++)
                taken[i].copy_(live[i]);
    }

    public void Restore()
    {
        using var _ = no_grad();
        for (var i = 0; i < taken.Length; i++)
            live[i].copy_(taken[i]);
    }

    public void Dispose()
    {
        foreach (var tensor in taken)
            tensor.Dispose();
    }
}

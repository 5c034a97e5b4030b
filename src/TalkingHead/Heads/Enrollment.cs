using TalkingHead.Configuration;
using TalkingHead.Datasets;
using TalkingHead.Faces;
using TalkingHead.Networks;
using TalkingHead.Objectives;
using TalkingHead.Training;
using static TorchSharp.torch;
using Generator = TalkingHead.Networks.Generator;

namespace TalkingHead.Heads;

/// <summary>
/// Makes a head of a new person from T frames (paper, section 3.3): ê_NEW = mean of E, ψ' = P ê_NEW and w' = w0 + ê_NEW,
/// then, unless feed-forward, ψ', ψ, θ, w' and b are tuned on copies of the run's networks. E and P rest.
/// </summary>
public sealed class Enrollment
{
    readonly TrainedRun run;
    readonly EnrollmentSettings settings;
    readonly RunConfiguration configuration;
    readonly Tensor frames, landmarks; // (T,3,S,S)
    readonly Action<EnrollmentEpoch>? report;

    Enrollment(TrainedRun run, Tensor frames, Tensor landmarks, EnrollmentSettings settings, Action<EnrollmentEpoch>? report)
    {
        (this.run, this.frames, this.landmarks, this.settings, this.report) = (run, frames, landmarks, settings, report);
        var (all, tuning) = (run.Configuration, run.Configuration.FineTuning);
        configuration = all with
        {
            Optimizer = all.Optimizer with
            {
                GeneratorRate = tuning.GeneratorRate ?? all.Optimizer.GeneratorRate,
                DiscriminatorRate = tuning.DiscriminatorRate ?? all.Optimizer.DiscriminatorRate,
            },
        };
    }

    /// <summary>Learns the person; the run's networks stay as they are. On a CPU, the same seed gives the same bits.</summary>
    /// <param name="run">The meta-learned networks.</param>
    /// <param name="source">T frames of the run's size.</param>
    /// <param name="settings">How.</param>
    /// <param name="report">Hears of each epoch as it ends, the curve of the stopping rule.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <exception cref="UserException">The frames' size is another, the run cannot be fine-tuned, or no finite number comes out.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Head Run(TrainedRun run, SourceFrames source, EnrollmentSettings? settings = null, Action<EnrollmentEpoch>? report = null, CancellationToken cancel = default)
    {
        if (source.Size != run.Configuration.Data.Size)
            throw new UserException($"{source.Source.Name}: its frames are {source.Size} pixels a side, the run's are {run.Configuration.Data.Size}.");
        settings ??= new();
        using var scope = NewDisposeScope();
        var (frames, landmarks) = source.ToTensors(run.Configuration, run.Device);
        var enrollment = new Enrollment(run, frames, landmarks, settings, report);
        var person = settings.FeedForward ? enrollment.FeedForward() : enrollment.FineTune(cancel);
        return new Head(person.Generator, person.Psi, run.Configuration, LandmarkShape.Frontal(source.Landmarks), source.Pictures[0], new HeadOrigin
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
    sealed record Person(PersonGenerator Generator, Tensor Psi, int? Epochs, int? Kept) : IDisposable
    {
        public void Dispose()
        {
            Generator.Dispose();
            Psi.Dispose();
        }
    }

    Person FeedForward()
    {
        using var _ = no_grad();
        return new Person(HeadGenerator.Of(run.Generator, configuration, run.Device), run.Generator.Project(run.Embed(frames, landmarks)), null, null);
    }

    Person FineTune(CancellationToken cancel)
    {
        int count = (int)frames.shape[0], epochs = settings.Epochs ?? configuration.FineTuning.Epochs;
        if (settings.Epochs is not null)
            return Tune(epochs, epochs, null, cancel);
        var rule = StoppingRule.For(count);
        var person = Tune(epochs, epochs, rule, cancel);
        if (rule.HeldOut.Count == 0 || rule.Kept == 0)
            return person;
        // How long is known now. The person is learned once more for so long, from the frames that were held out as well:
        // of few frames, one more is worth more than the epochs.
        person.Dispose();
        return Tune(rule.Kept, epochs, null, cancel) with { Epochs = person.Epochs };
    }

    // So many epochs, or until the rule says to end; most is the number reported.
    Person Tune(int epochs, int most, StoppingRule? rule, CancellationToken cancel)
    {
        using var networks = run.Copy();
        using var step = new FineTuningStep(configuration, networks.Generator, networks.Discriminator, run.Embed(frames, landmarks), run.Content);
        if (settings.ShuffledStyle)
            Shuffle(step.Psi);
        int[] learned = [.. Enumerable.Range(0, (int)frames.shape[0]).Except(rule?.HeldOut ?? [])];
        using var averaged = new PersonAverage(networks.Generator, step, configuration, run.Device);
        using var best = new Snapshot(averaged.Generator, averaged.Psi);
        int epoch = 0;
        bool end = Report(rule, best, new EnrollmentEpoch(0, most, double.NaN, HeldOut(averaged, rule)));
        while (!end && epoch < epochs)
        {
            epoch++;
            double loss = Epoch(step, averaged, learned, epoch, cancel);
            end = Report(rule, best, new EnrollmentEpoch(epoch, most, loss, HeldOut(averaged, rule)));
        }
        best.Restore();
        return new Person(HeadGenerator.Of(averaged.Generator, configuration, run.Device), averaged.Psi.detach().clone().DetachFromDisposeScope(), epoch, rule?.Kept ?? epoch);
    }

    void Shuffle(Tensor psi)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        int[] order = [.. Enumerable.Range(0, (int)psi.shape[1])];
        new CounterRandom((ulong)settings.Seed, 0).Shuffle(order);
        psi.copy_(psi.index_select(1, tensor(order.Select(place => (long)place).ToArray(), device: psi.device)));
    }

    // True when the rule says to end; it also says which epoch is kept, without one it is the last. What is reported has
    // a loss on held-out frames in the first pass and none in the second.
    bool Report(StoppingRule? rule, Snapshot best, EnrollmentEpoch epoch)
    {
        report?.Invoke(epoch);
        var (keep, end) = rule?.Judge(epoch) ?? (true, false);
        if (keep)
            best.Take();
        return end;
    }

    // Every frame once, in an order of the epoch's own. Returns the mean content loss.
    double Epoch(FineTuningStep step, PersonAverage averaged, int[] learned, int epoch, CancellationToken cancel)
    {
        int[] order = [.. learned];
        new CounterRandom((ulong)settings.Seed, (ulong)epoch).Shuffle(order);
        double sum = 0;
        foreach (int[] batch in order.Chunk(configuration.FineTuning.Batch))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var numbers = tensor(batch.Select(frame => (long)frame).ToArray(), device: run.Device);
            try
            {
                var losses = step.Run(frames.index_select(0, numbers), landmarks.index_select(0, numbers));
                averaged.Update();
                sum += run.Content.Weigh(losses) * batch.Length;
            }
            catch (NonFiniteException failure)
            {
                throw new UserException($"fine-tuning gave no finite number in epoch {epoch} ({failure.Term}). Try a lower fine_tuning.generator_rate, such as --set fine_tuning.generator_rate={configuration.Optimizer.GeneratorRate / 4:0.##e+0}.", failure);
            }
        }
        return sum / order.Length;
    }

    // Weighted content loss of the held-out frames as the networks stand.
    double HeldOut(PersonAverage person, StoppingRule? rule)
    {
        if (rule is not { HeldOut.Count: > 0 })
            return double.NaN;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var numbers = tensor(rule.HeldOut.Select(frame => (long)frame).ToArray(), device: run.Device);
        var terms = new LossTerms();
        run.Content.AddTerms(terms, person.Generator.call(landmarks.index_select(0, numbers), person.Psi), frames.index_select(0, numbers));
        return terms.Total().item<float>();
    }
}

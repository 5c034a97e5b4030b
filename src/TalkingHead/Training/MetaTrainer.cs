using System.Diagnostics;
using System.Text.Json;
using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Distributed;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Faces;
using TalkingHead.Losses;
using TalkingHead.Media;
using TalkingHead.Models;
using TalkingHead.Pretrained;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>What only this machine decides: it changes no number of the result.</summary>
/// <param name="Device">"cpu", "cuda", "cuda:1" or "auto".</param>
/// <param name="Workers">Threads that decode frames; 0 leaves it to <see cref="EpisodeLoading.Threads"/>.</param>
/// <param name="Resume">Whether a run that is there is continued.</param>
/// <param name="Ranks">The processes that train this run together; none for this one alone.</param>
public sealed record TrainingMachine(string Device = "auto", int Workers = 0, bool Resume = false, Ranks? Ranks = null);

/// <summary>
/// Meta-learning over a dataset (paper, section 3.2), from the first step to the last, through any number of
/// interruptions: what a run ends with depends on its configuration and its dataset alone (on a CPU, to the last bit).
/// </summary>
public sealed class MetaTrainer : IDisposable
{
    const int MostFailures = 3;

    readonly RunConfiguration configuration;
    readonly TrainingSettings settings;
    readonly Ranks ranks;
    readonly string path;
    readonly RunDirectory? run; // of rank 0, as are averages, validation and log
    readonly Dataset dataset;
    readonly ITrainingReporter reporter;
    readonly Device device;
    readonly NetworkSet networks;
    readonly EmbeddingTable embeddings;
    readonly ContentLoss content;
    readonly TrainingStep trainingStep;
    readonly PersonNetworks averaged; // the moving averages, or where there are none the live embedder and generator
    readonly MovingAverage? average;
    readonly Statistics statistics = new();
    readonly TrainingState state;
    readonly Validation? validation;
    readonly EpisodeSampler sampler;
    readonly int workers;
    readonly LandmarkDrawing drawing;
    readonly HashSet<long> skipped = [];
    EpisodeLoader loader;
    RunLog? log;
    int step, failures, failedAt, damaged, lastSaved = -1;
    double? score;

    /// <summary>Makes or continues the run at <paramref name="path"/>.</summary>
    /// <exception cref="UserException">The run, the dataset or the device does not fit.</exception>
    public MetaTrainer(RunConfiguration configuration, Dataset dataset, string path, TrainingMachine machine, ITrainingReporter reporter)
    {
        (this.configuration, this.dataset, this.path, settings, workers, ranks) = (configuration, dataset, path, configuration.Training,
            machine.Workers, machine.Ranks ?? Ranks.Alone);
        this.reporter = reporter = ranks.IsFirst ? reporter : new SilentReporter();
        dataset.ExpectSize(configuration.Data.Size);
        if (configuration.Landmarks.Pupils && dataset.Count > 0 && dataset.ReadFaces(0)[0].Pupils is null)
            throw UserException.Usage($"{dataset.Folder}: its landmarks have no pupils, which landmarks.pupils asks for. Add --set "
                + $"landmarks.pupils=false, or make the dataset again with this program (--detector mesh).");
        (device, var reason) = Devices.Choose(machine.Device);
        content = ContentLoss.Create(configuration.Objective, settings.Seed, device, settings.Precision);
        run = ranks.IsFirst ? RunDirectory.Open(path, machine.Resume) : null;
        reporter.Say($"device: {device} ({reason}); {Devices.Backend}");
        if (ranks.Count > 1)
            reporter.Say($"ranks: {ranks.Count}, each with {settings.Batch} of a step's {settings.Batch * ranks.Count} episodes");
        reporter.Say(content.Reason);
        Devices.Configure(settings.Precision);
        drawing = LandmarkDrawing.From(configuration.Landmarks);
        var heldOut = ranks.IsFirst ? HeldOutClip.Select(dataset, settings.ValidationIdentities, drawing) : [];
        validation = heldOut.Count > 0 ? new Validation(heldOut, device) : null;
        reporter.Say(validation is null ? "validation: off, no identity is held out"
            : $"validation: {validation.Identities} held-out identities");
        networks = new NetworkSet(configuration, device);
        embeddings = new EmbeddingTable(configuration);
        trainingStep = new TrainingStep(configuration, networks.Embedder, networks.Generator, networks.Discriminator, embeddings, content,
            ranks)
        { Careful = device.type == TorchSharp.DeviceType.CPU };
        averaged = PersonNetworks.From(networks.Embedder, networks.Generator);
        if (ranks.IsFirst && settings.Averaging > 0)
        {
            averaged = PersonNetworks.Build(configuration, device);
            average = new MovingAverage(trainingStep.GeneratorOptimizer.Flat,
                [.. averaged.Embedder.parameters(), .. averaged.Generator.parameters()],
                [(networks.Embedder, averaged.Embedder), (networks.Generator, averaged.Generator)], settings.Averaging);
        }
        state = new TrainingState(networks, trainingStep, embeddings, average is null ? null : averaged, statistics, device);
        sampler = new EpisodeSampler(dataset, EpisodeSampling.From(configuration));
        var tooShort = sampler.TooShort == 0 ? ""
            : $", {sampler.TooShort} left out as shorter than {configuration.Episodes.Shots + 1} frames";
        reporter.Say($"dataset: {sampler.Count} clips to train on{tooShort}");
        ranks.Expect("configuration", configuration.ToYaml(), "Start all ranks with the same command.");
        ranks.Expect("kind of device", $"{device.type}", "Give all ranks the same --device.");
        ranks.Expect("content loss", content.Reason, $"Give all machines the same files in {PublishedWeights.Folder}.");
        ranks.Expect("dataset", sampler.State.Clips, "Give all ranks the same --data.");
        var (threads, why) = EpisodeLoading.Threads(workers, device);
        reporter.Say($"decoding: {threads} thread{(threads == 1 ? "" : "s")} ({why})");
        var rows = embeddings.Add(sampler.Clips.Select(clip => dataset[clip].Id));
        reporter.Say($"W: {rows} rows, one a clip, from the seeded initialiser");
        try
        {
            (loader, log) = Begin(machine.Resume);
            run?.Describe(configuration, device.ToString(), ranks.Count);
        }
        catch (Exception failure) when (DiskFault.Find(failure) is { } fault)
        {
            throw Unwritten(fault);
        }
    }

    /// <summary>Trains to the last step, or until <paramref name="stop"/>: then the step is finished and saved.</summary>
    /// <exception cref="OperationCanceledException">It was stopped; everything is saved.</exception>
    /// <exception cref="UserException">The disk is full, say; the checkpoints there are stay.</exception>
    public void Run(CancellationToken stop)
    {
        try
        {
            Train(stop);
        }
        catch (Exception failure) when (DiskFault.Find(failure) is { } fault)
        {
            throw Unwritten(fault);
        }
        if (lastSaved != step)
            throw new UserException($"{path}: the last steps could not be saved; {Kept}");
        if (step < settings.Steps)
            throw new OperationCanceledException($"{path}: stopped at step {step}.", stop);
    }

    void Train(CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var reported = step;
        while (step < settings.Steps)
        {
            using var scope = NewDisposeScope();
            if (Next() is not { } batch || skipped.Contains(batch.Number) || !TryStep(batch))
                continue;
            if (step % settings.ReportEvery == 0 || step == settings.Steps)
            {
                var healthy = Report(batch.Episodes, (step - reported) / clock.Elapsed.TotalSeconds);
                reported = step;
                clock.Restart();
                if (!healthy)
                    continue;
            }
            if (step % settings.ValidateEvery == 0 || step == settings.Steps)
                Validate();
            if (step % settings.SampleEvery == 0 || step == settings.Steps)
                Sample();
            var stopping = ranks.Any(stop.IsCancellationRequested);
            if (step % settings.CheckpointEvery == 0 || step == settings.Steps || stopping)
                Save();
            if (stopping)
                break;
        }
    }

    // A figure that cannot be written ends the run: going on would leave a hole that no --resume could fill.
    UserException Unwritten(IOException fault) =>
        new(
            $"{path}: {(DiskFault.IsFull(fault) ? "the disk is full" : $"cannot be written ({fault.Message.TrimEnd('.')})")} at step "
                + $"{step}; {Kept}", fault);

    string Kept => lastSaved < 0 ? "there is no checkpoint yet. Make room and run the same command again."
        : $"the checkpoint of step {lastSaved} is kept. Make room and run the same command with --resume.";

    // None where a clip of the batch is damaged, in any rank's part: it is named and left out.
    LoadedBatch? Next()
    {
        LoadedBatch? batch = null;
        UserException? own = null;
        try
        {
            batch = loader.Next();
        }
        catch (UserException damage)
        {
            own = damage;
        }
        if (ranks.Gather(own?.Message ?? "").FirstOrDefault(message => message != "") is not { } incident)
        {
            damaged = 0;
            return batch;
        }
        if (++damaged == MostFailures)
            throw new UserException($"{MostFailures} batches in a row hold a damaged clip, the last: {incident} Check the dataset with "
                + $"inspect --verify.", own);
        log?.Note("skipped", step, incident, []);
        reporter.Say($"step {step + 1}: a batch is left out: {incident}");
        return null;
    }

    // False where the step was given up and the run went back to its last checkpoint.
    bool TryStep(LoadedBatch batch)
    {
        try
        {
            var reports = (step + 1) % settings.ReportEvery == 0;
            trainingStep.RateFactor = configuration.Optimizer.RateFactor(step, settings.Steps);
            var hideEvery = configuration.Episodes.HideReferencesEvery;
            var losses = trainingStep.Run(batch.Episodes, adversarial: step >= settings.WarmUp * settings.Steps, measure: reports,
                references: hideEvery == 0 || (step + 1) % hideEvery != 0);
            step++;
            if (step > failedAt)
                failures = 0;
            average?.Update(step);
            statistics.Add(losses);
            return true;
        }
        catch (NonFiniteException failure)
        {
            GoBack(batch, failure);
            return false;
        }
    }

    // False where a figure is not finite: the run goes back to its last checkpoint and looks at every step from there on.
    bool Report(EpisodeBatch batch, double stepsPerSecond)
    {
        statistics.Average(ranks);
        var figures = statistics.Read();
        if (figures.FirstOrDefault(figure => !double.IsFinite(figure.Value)) is { Key: { } name })
        {
            reporter.Say($"step {step}: {name} is not finite since the last report; going back to step {lastSaved} to find the batch.");
            trainingStep.Careful = true;
            StartAgain();
            return false;
        }
        var byName = figures.ToDictionary();
        var episodesPerSecond = stepsPerSecond * settings.Batch * ranks.Count;
        log?.Figures("train", step, figures);
        log?.Speed("episodes_per_second", step, episodesPerSecond);
        log?.Speed("memory_bytes", step, Devices.MemoryInUse());
        reporter.Report(step, settings.Steps, episodesPerSecond, (settings.Steps - step) / stepsPerSecond, figures, Devices.MemoryInUse());
        Warn(Diagnosis.OfTraining(byName), batch.StepClips);
        return true;
    }

    void Validate()
    {
        if (validation is null)
            return;
        var figures = validation.Run(averaged);
        var byName = figures.ToDictionary();
        log?.Figures("validation", step, figures);
        reporter.Say($"step {step}: held out SSIM {byName["feed_forward_ssim"]:0.0000}, PSNR {byName["feed_forward_psnr"]:0.00} "
            + $"(copy-nearest {byName["copy_nearest_ssim"]:0.0000}, {byName["copy_nearest_psnr"]:0.00}; mean frame "
            + $"{byName["mean_frame_ssim"]:0.0000}, {byName["mean_frame_psnr"]:0.00})");
        Warn(Diagnosis.OfValidation(byName), []);
        score = byName["feed_forward_ssim"];
    }

    void Sample()
    {
        if (validation is null || run is null)
            return;
        var sheet = validation.Sheet(averaged, most: 8);
        sheet.Save(Path.Combine(run.Samples, $"step-{step:D7}.png"));
        using var scope = NewDisposeScope();
        log?.Picture("samples", step, PictureTensor.ToBytes([sheet], CPU)[0]);
    }

    void Warn(IEnumerable<string> warnings, IEnumerable<string> clips)
    {
        foreach (var warning in warnings)
        {
            log?.Note("warning", step, warning, clips);
            reporter.Say($"step {step}: {warning}");
        }
    }

    void Save()
    {
        statistics.Average(ranks);
        if (!statistics.AreFinite())
            return; // the next report goes back to the checkpoint before
        state.Agree(ranks);
        if (run is not null)
            Write(run);
        lastSaved = ranks.FromFirst(lastSaved);
    }

    void Write(RunDirectory run)
    {
        try
        {
            Checkpoint.Save(run, new Checkpoint.State
            {
                Step = step,
                Sampler = JsonSerializer.Serialize(loader.State),
                Batch = loader.NextNumber,
                Skipped = [.. skipped.Order()],
                Episodes = settings.Batch * ranks.Count,
                MetricsBytes = log!.Position,
                Score = score,
            }, configuration, state.Save);
            lastSaved = step;
            Checkpoint.Retain(run, settings.KeepCheckpoints);
        }
        catch (IOException full)
        {
            var good = lastSaved < 0 ? "there is none yet" : $"the last good one is step {lastSaved}";
            var next = step >= settings.Steps || lastSaved < 0 ? ""
                : $". Make room; the next one is tried at step {Math.Min(settings.Steps, step + settings.CheckpointEvery)}";
            reporter.Say($"step {step}: the checkpoint could not be written ({full.Message}); {good}{next}.");
        }
    }

    // A batch that gives no finite number is left out: the run goes back and does the steps since again, without it.
    void GoBack(LoadedBatch batch, NonFiniteException failure)
    {
        var incident = $"{failure.Term} is not finite";
        reporter.Say(
            $"step {step + 1}: {incident}; clips {string.Join(", ", batch.Episodes.StepClips)}. Going back to step "
                + $"{Math.Max(lastSaved, 0)}, without this batch.");
        if (++failures == MostFailures)
            throw new UserException($"{path}: {MostFailures} batches in a row gave no finite number, the "
                + $"last at step {step + 1} ({failure.Term}). The learning rates are too high, or the data is damaged: inspect --verify "
                + $"it, and lower optimizer.generator_rate.");
        (failedAt, var bad) = (Math.Max(failedAt, step + 1), batch.Number);
        StartAgain();
        skipped.Add(bad);
        log?.Note("skipped", step, incident, batch.Episodes.StepClips);
        Save();
    }

    void StartAgain()
    {
        loader.Dispose();
        log?.Dispose();
        (loader, log) = Begin(resume: true);
    }

    // Step 0, or the newest whole checkpoint. Rank 0 reads; the others get its state, also on machines without the run.
    (EpisodeLoader, RunLog?) Begin(bool resume)
    {
        long kept = 0, number = 0;
        Checkpoint.State? newest = null;
        if (resume && run is not null && Checkpoint.Newest(run, reporter.Say) is var (folder, found))
        {
            state.Load(folder);
            newest = found;
        }
        if (ranks.FromFirst(newest) is { } saved)
        {
            sampler.Restore(JsonSerializer.Deserialize<EpisodeSamplerState>(saved.Sampler)!);
            (step, lastSaved, score, kept, number) = (saved.Step, saved.Step, saved.Score, saved.MetricsBytes, saved.Batch);
            if ((saved.Episodes ?? settings.Batch) == settings.Batch * ranks.Count)
                skipped.UnionWith(saved.Skipped); // else the numbers are of other batches
            reporter.Say($"going on from step {step}");
        }
        state.FromFirst(ranks);
        var opened = run is null ? null : new RunLog(run, kept);
        var episodes = new EpisodeLoader(dataset, sampler, new EpisodeLoading
        {
            Batch = settings.Batch, Ranks = ranks.Count,
            Rank = ranks.Rank, Workers = workers, Drawing = drawing
        }, device, number);
        if (lastSaved >= 0)
            return (episodes, opened);
        opened?.Text("configuration", 0, configuration.ToYaml());
        (loader, log) = (episodes, opened);
        Save(); // what the first steps can go back to
        if (lastSaved < 0)
            throw new UserException($"{path}: the first checkpoint could not be written; {Kept}");
        return (episodes, opened);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        loader.Dispose();
        log?.Dispose();
        trainingStep.Dispose();
        if (average is not null)
            averaged.Dispose();
        average?.Dispose();
        statistics.Dispose();
        embeddings.Dispose();
        networks.Dispose();
        content.Dispose();
        run?.Dispose();
    }
}

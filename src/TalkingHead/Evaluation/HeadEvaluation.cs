using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TalkingHead.Animation;
using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using TalkingHead.Evaluation.Report;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Provenance;
using TalkingHead.Serialization;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

/// <summary>
/// The paper's protocol (section 4) on a run: people whom training never saw, T source frames each, hold-out frames apart
/// from these, driven by their own landmarks or by another person's. Every person's figures are kept as soon as they are
/// there; whoever finds all of them writes the report.
/// </summary>
public sealed class HeadEvaluation : IDisposable
{
    readonly TrainedRun run;
    readonly Dataset dataset;
    readonly EvaluationSettings settings;
    readonly TimeProvider clock;
    readonly FrameMetrics meter;
    readonly EvaluationFolder folder;
    readonly IReadOnlyList<IdentityPlan> plan;
    readonly List<string> notes = [];

    /// <summary>On a dataset's held-out people, in a directory, begun already or not; run and dataset stay the caller's.</summary>
    /// <exception cref="UserException">A setting without sense, no person with clips long enough, another evaluation there.</exception>
    public HeadEvaluation(TrainedRun run, Dataset dataset, string path, EvaluationSettings settings)
        : this(run, dataset, path, settings, ComparisonNetworks.Published, TimeProvider.System)
    {
    }

    internal HeadEvaluation(TrainedRun run, Dataset dataset, string path, EvaluationSettings settings, ComparisonNetworks networks,
        TimeProvider clock)
    {
        settings.Check();
        run.ExpectShots(settings.Shots.Max());
        if (!run.CanFineTune && !settings.FeedForward)
        {
            settings = settings with { FeedForward = true };
            notes.Add($"{run.Name}: its networks are imported and cannot be fine-tuned; feed-forward heads alone are evaluated.");
        }
        (this.run, this.dataset, this.clock) = (run, dataset, clock);
        this.settings = settings = settings with
        {
            Shots = [.. settings.Shots.Order()],
            Comparison = settings.Comparison with { Device = run.Device, Seed = settings.Seed }
        };
        plan = EvaluationPlan.Create(dataset, settings);
        if (plan.Count < settings.Identities)
            notes.Add($"{settings.Identities} people were asked for; the dataset holds {plan.Count} held-out ones with a clip of "
                + $"{settings.Shots[^1] + settings.HoldOut} frames or more.");
        meter = new(settings.Comparison, networks, settings.Cross);
        try
        {
            folder = new(path, Description());
        }
        catch
        {
            meter.Dispose();
            throw;
        }
    }

    /// <summary>People of this part, evaluated already or not.</summary>
    public int People => Mine.Count();

    /// <summary>What was chosen and what will not be measured, a sentence each.</summary>
    public IReadOnlyList<string> Notes => [.. notes, .. meter.Forms.Where(form => form.Reason is not null)
        .Select(form => $"{form.Metric} is not measured: {form.Reason}")];

    /// <summary>Those of this part who have no record yet, by their places in the plan.</summary>
    public IReadOnlyList<int> Missing => [.. Mine.Where(person => !folder.HasRecord(person))];

    /// <summary>Evaluates this part's <see cref="Missing"/>, each a step, then reports; what is done when it is stopped is kept.</summary>
    /// <returns>The result; null while people of other parts are missing.</returns>
    public EvaluationResult? Run(Action? step = null, CancellationToken stop = default)
    {
        foreach (var person in Mine)
        {
            Evaluate(person, stop);
            step?.Invoke();
        }
        return Report();
    }

    /// <summary>Evaluates a person who has no record yet: for several processes that share the <see cref="Missing"/> among them.</summary>
    public void Evaluate(int person, CancellationToken stop = default)
    {
        if (!folder.HasRecord(person))
            folder.Save(person, new IdentityEvaluation(dataset, run, meter, settings, clock).Run(plan, person, stop));
    }

    /// <summary>Who signs the generated pictures in the report; null is this user's local chain.</summary>
    public ContentCredentials? Credentials { get; init; }

    /// <summary>Writes the report of everybody's records.</summary>
    /// <returns>The result; null while somebody's is missing.</returns>
    public EvaluationResult? Report()
    {
        if (!Enumerable.Range(0, plan.Count).All(folder.HasRecord))
            return null;
        var none = new Dictionary<string, byte[]>(); // pictures are read once more for the report, of three people
        var summary = new Summary(settings, meter, plan, [.. plan.Select((_, person) => Record(person) with { Pictures = none })]);
        var data = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataset.Folder)));
        var result = summary.Result(new(run.Name, run.Step, data, run.Configuration.Data.Size, settings.Shots, plan.Count,
            settings.Identities, settings.HoldOut, settings.Seed, settings.Adapt), notes);
        if (settings.UserAnswers.Count > 0)
            result = UserStudy.WithVotes(result, folder, settings.UserAnswers);
        var credentials = Credentials ?? ContentCredentials.Open();
        folder.WriteJson("results.json", result);
        folder.WriteJson("timing.json", result.Costs);
        folder.Write("table.md", MarkdownReport.Create(result));
        var mark = SyntheticMark.For($"run {run.Name}, step {run.Step}"); // each picture that a head generated says so
        folder.Write("report.html", HtmlReport.Create(result, person => Record(person).Pictures.ToDictionary(entry => entry.Key, entry =>
            Method.IsHead(entry.Key.Split('/')[0]) ? credentials.Sign(entry.Value, mark) : entry.Value)));
        return result;
    }

    /// <summary>Writes the page of a blind vote (<see cref="UserStudy"/>) from everybody's records to a folder.</summary>
    /// <returns>How many triplets the page shows.</returns>
    /// <exception cref="UserException">Too few hold-out frames, a record is missing, a folder that cannot be written.</exception>
    public int WriteUserStudy(string to) => UserStudy.Write(folder, to, settings, plan, person => Record(person).Pictures,
        (person, frames) => IdentityEvaluation.Frames(dataset, run.Configuration, person, frames).Pictures);

    /// <summary>Writes the protocol's frames for other systems (<see cref="ProtocolExport"/>) to a folder; evaluates nothing.</summary>
    /// <returns>How many people these are.</returns>
    /// <exception cref="UserException">A setting without sense, no clips long enough, a folder that cannot be written.</exception>
    public static int Export(RunConfiguration configuration, Dataset dataset, EvaluationSettings settings, string to)
    {
        settings.Check();
        var plan = EvaluationPlan.Create(dataset, settings);
        ProtocolExport.Write(to, plan, settings, configuration.Data.Size,
            (person, frames) => IdentityEvaluation.Frames(dataset, configuration, person, frames).Pictures);
        return plan.Count;
    }

    IdentityRecord Record(int person) => folder.Load(person, Row.All(settings));

    // By the place in the plan, so that parts are of equal size.
    IEnumerable<int> Mine => Enumerable.Range(0, plan.Count).Where(person => person % settings.Part.Count == settings.Part.Number - 1);

    /// <summary>Frees the metrics' networks.</summary>
    public void Dispose() => meter.Dispose();

    // All that decides the figures: a directory holds records of one of these.
    object Description() => new
    {
        settings.Mode,
        run.Name,
        run.Step,
        Weights = WeightsDigest(),
        Configuration = Digest(run.Configuration.ToYaml()),
        Dataset = Digest(dataset.Recipe),
        settings.Shots,
        settings.HoldOut,
        settings.Seed,
        settings.FeedForward,
        settings.Adapt,
        Measured = meter.Measured.Select(metric => metric.ToString()),
        Definitions = meter.Forms.Select(form => $"{form.Metric}: {form.Definition}"),
        Baselines = settings.Baselines.Select(baseline =>
            $"{baseline.Name}: {baseline.Digest(settings.Shots, plan.Count, settings.HoldOut)}").ToArray(),
        settings.Identities,
        People = plan,
    };

    // Runs of one name and step may still be of different weights.
    string WeightsDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = new HashStream(hash);
        foreach (var (name, tensor) in run.Generator.state_dict())
        {
            stream.Write(Encoding.UTF8.GetBytes(name));
            TensorBytes.Write(tensor, stream);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    static string Digest(string text) => Checksum.Hex(Checksum.Compute(text));
}

/// <summary>Evaluates one person: makes every row's frames and measures them.</summary>
sealed class IdentityEvaluation(Dataset dataset, TrainedRun run, FrameMetrics meter, EvaluationSettings settings, TimeProvider clock)
{
    internal const int Batch = 8; // frames that go through the generator together
    const int SourcesShown = 8; // in the report, at most

    internal static SourceFrames Frames(Dataset dataset, RunConfiguration configuration, IdentityPlan person, IReadOnlyList<int> frames) =>
        SourceFrames.From(dataset, dataset.Get(person.Clip).Index, frames, configuration);

    /// <summary>Evaluates who has that place in the plan; stops between heads.</summary>
    internal IdentityRecord Run(IReadOnlyList<IdentityPlan> people, int person, CancellationToken stop)
    {
        var (plan, driver) = (people[person], settings.DriverOf(people, person));
        var sources = Frames(dataset, run.Configuration, plan, plan.Sources);
        var real = Frames(dataset, run.Configuration, plan, plan.HoldOut);
        var driving = settings.Cross ? Frames(dataset, run.Configuration, driver, driver.HoldOut) : real;
        var target = meter.Target(real.Pictures, driving.Pictures, Follows(driver.HoldOut));
        var (middle, each) = (IdentityRecord.Shown(driving.Count), Enumerable.Range(0, driving.Count).ToArray());
        var samples = sources.Pictures.Take(SourcesShown).Select((picture, i) => ($"source-{i}", IdentityRecord.Encode(picture)))
            .Append(("truth", IdentityRecord.Encode(driving.Pictures[middle])))
            .Append(("landmarks", IdentityRecord.Encode(driving.Drawn(run.Configuration)[middle]))).ToDictionary();

        var (rows, costs) = (new Dictionary<Row, FrameValues>(), new Dictionary<Row, RowCost>());
        foreach (var row in Row.All(settings))
        {
            stop.ThrowIfCancellationRequested();
            var shown = new SourceFrames([.. sources.Pictures.Take(row.Shots)], [.. sources.Landmarks.Take(row.Shots)], sources.Source);
            var (pictures, places) = row.Method switch
            {
                Method.CopyNearest => (shown.Pictures, [.. driving.Landmarks.Select(wanted => wanted.Nearest(shown.Landmarks))]),
                Method.MeanFrame => ([Mean(shown.Pictures)], new int[driving.Count]),
                _ when Method.IsHead(row.Method) => (OfHead(row, plan, shown, driving, stop, costs), each),
                _ => (settings.Baselines.First(baseline => baseline.Name == row.Method).Load(row.Shots, person, driving.Count,
                    run.Configuration.Data.Size), each),
            };
            rows[row] = meter.Measure(target, pictures, places) with { Features = meter.Features(pictures, places, target.Follows) };
            samples[row.ToString()] = IdentityRecord.Encode(pictures[places[middle]]);
        }
        return new(rows, new(new Dictionary<Metric, double[]>(), target.Found, meter.Features(real.Pictures, null, Follows(plan.HoldOut))),
            costs, target.Floors, samples);
    }

    Picture[] OfHead(Row row, IdentityPlan plan, SourceFrames shown, SourceFrames driving, CancellationToken stop,
        Dictionary<Row, RowCost> costs)
    {
        var began = clock.GetTimestamp();
        using var head = PersonFineTuner.Run(run, shown,
            new FineTunerSettings { FeedForward = row.Method == Method.FeedForward, Seed = settings.Seed }, cancel: stop);
        var enrolled = clock.GetElapsedTime(began);
        if (settings.HeadsOut is { } folder)
            head.Save(Path.Combine(folder, HeadName(plan, row)));

        using var exact = new ExactArithmetic();
        began = clock.GetTimestamp();
        var transfer = settings.Adapt ? new LandmarkTransfer(LandmarkShape.Frontal(driving.Landmarks), head.MeanShape) : null;
        Picture[] pictures = [.. driving.Landmarks.Select(face => transfer?.Apply(face) ?? face).Chunk(Batch).SelectMany(head.Generate)];
        var perFrame = clock.GetElapsedTime(began).TotalMilliseconds / pictures.Length;
        costs[row] = new(enrolled.TotalSeconds, perFrame, head.Origin.Epochs, Machine());
        return pictures;
    }

    string Machine() => string.Create(CultureInfo.InvariantCulture,
        $"{run.Device}, {Environment.ProcessorCount} processor{(Environment.ProcessorCount == 1 ? "" : "s")}"
        + $"{(settings.AtOnce == 1 ? "" : $" for each of {settings.AtOnce} people at once")}");

    // Names of people are a dataset's own and may hold anything.
    static string HeadName(IdentityPlan plan, Row row)
    {
        var person = plan.Identity.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter : '_');
        return string.Create(CultureInfo.InvariantCulture, $"{string.Concat(person)}-{row.Method}-{row.Shots}.head");
    }

    static bool[] Follows(IReadOnlyList<int> frames) => [.. frames.Select((frame, i) => i > 0 && frame == frames[i - 1] + 1)];

    static Picture Mean(IReadOnlyList<Picture> pictures)
    {
        using var scope = NewDisposeScope();
        return PictureTensor.ToPicture(PictureTensor.ToTensor(pictures).mean([0]));
    }
}

using System.Globalization;
using TalkingHead.Data;
using TalkingHead.Evaluation.Metrics;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>All figures of an evaluation that its inputs decide; what depends on the machine's speed is <see cref="Costs"/>.</summary>
public sealed record EvaluationResult
{
    /// <summary>Of the result's form.</summary>
    public string Format { get; init; } = "talkinghead-evaluation 1";

    /// <summary>"self-reenactment" or "cross-reenactment".</summary>
    public required string Mode { get; init; }

    /// <summary>What was evaluated, on which data and how.</summary>
    public required EvaluationSubject Subject { get; init; }

    /// <summary>Every metric asked for: its definition, or why it is not measured.</summary>
    public required IReadOnlyList<MetricForm> Metrics { get; init; }

    /// <summary>By number of source frames, then by method.</summary>
    public required IReadOnlyList<ResultRow> Rows { get; init; }

    /// <summary>What a perfect method would reach, or the least that can be told from nothing.</summary>
    public required IReadOnlyList<Figure> Floors { get; init; }

    /// <summary>Frame by frame differences between rows.</summary>
    public required IReadOnlyList<Difference> Differences { get; init; }

    /// <summary>The same figures person by person.</summary>
    public required IReadOnlyList<IdentityResult> Identities { get; init; }

    /// <summary>What a reader must know beside, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Seconds and milliseconds, kept apart from the figures: they are never twice the same.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<RowCosts> Costs { get; init; } = [];
}

/// <summary>What was evaluated on what.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Step">Of its checkpoint.</param>
/// <param name="Dataset">The folder's name.</param>
/// <param name="Size">Pixels of a frame's side.</param>
/// <param name="Shots">Each T.</param>
/// <param name="Identities">People evaluated.</param>
/// <param name="Asked">People asked for.</param>
/// <param name="HoldOut">Frames each.</param>
/// <param name="Seed">Of the choice.</param>
/// <param name="Adapted">Whether the driver's motion was carried over to the person's own face.</param>
public sealed record EvaluationSubject(string Run, int Step, string Dataset, int Size, IReadOnlyList<int> Shots, int Identities, int Asked,
    int HoldOut, int Seed, bool Adapted);

/// <summary>The figures of one method with T source frames.</summary>
/// <param name="Method">"fine-tuned", "feed-forward", "copy-nearest" or "mean-frame".</param>
/// <param name="Shots">T.</param>
/// <param name="Figures">In the order of the metrics.</param>
public sealed record ResultRow(string Method, int Shots, IReadOnlyList<Figure> Figures);

/// <summary>How much better one row is than another, frame by frame; above 0 it is better, whichever way the metric points.</summary>
/// <param name="Metric">Its short name.</param>
/// <param name="Method">The row.</param>
/// <param name="Than">The other method.</param>
/// <param name="Shots">T of both.</param>
/// <param name="Gain">Mean over frames.</param>
/// <param name="Low">95 % interval; null for a single person.</param>
/// <param name="High">Likewise.</param>
/// <param name="Better">Share of the people for whom the row is better on the mean.</param>
/// <param name="Frames">Frames that both rows have a value for.</param>
public sealed record Difference(string Metric, string Method, string Than, int Shots, double Gain, double? Low, double? High, double Better,
    int Frames);

/// <summary>One person.</summary>
/// <param name="Identity">Her name in the dataset.</param>
/// <param name="Clip">The clip taken.</param>
/// <param name="Driver">The clip that drives; the same one in self-reenactment.</param>
/// <param name="HoldOut">Frames of the driving clip that were generated.</param>
/// <param name="Sources">Frames shown, in the order in which T takes them.</param>
/// <param name="Rows">Her figures.</param>
public sealed record IdentityResult(string Identity, string Clip, string Driver, IReadOnlyList<int> HoldOut, IReadOnlyList<int> Sources,
    IReadOnlyList<ResultRow> Rows);

/// <summary>What heads of one kind took, over the people.</summary>
/// <param name="Method">"fine-tuned" or "feed-forward".</param>
/// <param name="Shots">T.</param>
/// <param name="EnrolmentSeconds">Median.</param>
/// <param name="LeastSeconds">The quickest.</param>
/// <param name="MostSeconds">The slowest.</param>
/// <param name="FrameMilliseconds">Median over people of the mean over frames.</param>
/// <param name="Epochs">Median of the epochs run; null where nothing is tuned.</param>
/// <param name="Machine">On what; several where the parts of an evaluation ran apart.</param>
public sealed record RowCosts(string Method, int Shots, double EnrolmentSeconds, double LeastSeconds, double MostSeconds,
    double FrameMilliseconds, double? Epochs, string Machine);

/// <summary>How frames came about, as results name it.</summary>
static class Method
{
    /// <summary>ψ' = P ê and nothing more (paper, FF).</summary>
    internal const string FeedForward = "feed-forward";

    /// <summary>Fine-tuned on the T frames (paper, FT).</summary>
    internal const string FineTuned = "fine-tuned";

    /// <summary>The source frame whose landmarks are closest to the driving ones, unchanged.</summary>
    internal const string CopyNearest = "copy-nearest";

    /// <summary>The average of the T source frames.</summary>
    internal const string MeanFrame = "mean-frame";

    static readonly Dictionary<string, string> titles = new()
    {
        [FeedForward] = "Feed-forward", [FineTuned] = "Fine-tuned",
        [CopyNearest] = "Copy nearest", [MeanFrame] = "Mean frame"
    };

    internal static bool IsOwn(string method) => titles.ContainsKey(method);

    internal static bool IsHead(string method) => method is FeedForward or FineTuned;

    internal static string Title(string method) => titles.GetValueOrDefault(method, method);
}

/// <summary>A row of the result: a method and its number of source frames.</summary>
readonly record struct Row(string Method, int Shots)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Method}/{Shots}");

    /// <summary>All rows of an evaluation, in the order of reports.</summary>
    internal static IReadOnlyList<Row> All(EvaluationSettings settings) =>
    [
        .. from shots in settings.Shots.Order()
           from method in (string[])[Protocol.Method.FineTuned, Protocol.Method.FeedForward, Protocol.Method.CopyNearest,
               Protocol.Method.MeanFrame, .. settings.Baselines.Select(baseline => baseline.Name)]
           where method != Protocol.Method.FineTuned || !settings.FeedForward
           select new Row(method, shots),
    ];
}

/// <summary>Makes the result of the records: a function of these alone, in the order of the plan.</summary>
sealed class Summary : IDisposable
{
    readonly EvaluationSettings settings;
    readonly FrameMetrics meter;
    readonly IReadOnlyList<Metric> frameMetrics;
    readonly IReadOnlyList<Row> rows;
    readonly Dictionary<(Row, Metric), FrameTally> tallies = [];
    readonly Dictionary<Metric, FrameTally> floors = [];
    readonly Dictionary<Row, List<RowCost>> costs = [];
    readonly Dictionary<FeatureSpace, DistributionTally<Row>> distributions;
    readonly List<(IdentityPlan Plan, IdentityPlan Driver)> people = [];

    /// <param name="settings">What was evaluated.</param>
    /// <param name="meter">Which metrics were asked for and which measured.</param>
    internal Summary(EvaluationSettings settings, FrameMetrics meter)
    {
        (this.settings, this.meter, rows) = (settings, meter, Row.All(settings));
        frameMetrics = [.. meter.Measured.Where(metric => metric.Space is null)];
        distributions = meter.Measured.Select(metric => metric.Space).OfType<FeatureSpace>().Distinct().ToDictionary(space => space,
            space => new DistributionTally<Row>(space, settings.Comparison, rows));
    }

    /// <summary>Takes the next person.</summary>
    internal void Add(IdentityPlan plan, IdentityPlan driver, IdentityRecord record)
    {
        foreach (var row in rows)
        {
            foreach (var metric in frameMetrics)
                Tally(tallies, (row, metric), metric).Add(record.Rows[row].ByMetric[metric], record.Real.Faces);
            foreach (var (space, tally) in distributions)
                tally.Add(row, record.Rows[row].Features[space]);
        }
        foreach (var (row, cost) in record.Costs)
            (costs.TryGetValue(row, out var list) ? list : costs[row] = []).Add(cost);
        foreach (var (metric, values) in record.Floors)
            Tally(floors, metric, metric).Add(values, record.Real.Faces);
        foreach (var (space, tally) in distributions)
            tally.AddReal(record.Real.Features[space], people.Count);
        people.Add((plan, driver));
    }

    internal EvaluationResult Result(EvaluationSubject subject, IReadOnlyList<string> notes) => new()
    {
        Mode = settings.Mode,
        Subject = subject,
        Metrics = meter.Forms,
        Rows = [.. rows.Select(row => new ResultRow(row.Method, row.Shots,
            [.. meter.Measured.Select(metric => metric.Space is { } space ? distributions[space].Compute(row, metric)
                : tallies[(row, metric)].Pooled())]))],
        Floors =
        [
            .. floors.Values.Select(floor => floor.Pooled(": real against real, moved by a pixel")),
            .. distributions.SelectMany(space => Halves(space.Key.Frechet.Name, space.Value)),
        ],
        Differences = [.. Differences()],
        Identities = [.. people.Select((person, i) => new IdentityResult(person.Plan.Identity, person.Plan.Clip, person.Driver.Clip,
            person.Driver.HoldOut, person.Plan.Sources,
            [.. rows.Select(row => new ResultRow(row.Method, row.Shots,
                [.. frameMetrics.Select(metric => tallies[(row, metric)].OfPerson(i))]))]))],
        Notes = notes,
        Costs = [.. rows.Where(costs.ContainsKey).Select(row => Costs(row, costs[row]))],
    };

    public void Dispose()
    {
        foreach (var tally in distributions.Values)
            tally.Dispose();
    }

    static Figure[] Halves(string metric, DistributionTally<Row> tally) =>
        [tally.Halves($"{metric}: real against real, each person's hold-out frames halved"),
            tally.HalvesOfPeople($"{metric}: real against real, people halved")];

    FrameTally Tally<T>(Dictionary<T, FrameTally> all, T key, Metric metric) where T : notnull =>
        all.TryGetValue(key, out var tally) ? tally : all[key] = new(metric, settings.Seed);

    // Each head against copying and against the other head; above 0 the first is better.
    IEnumerable<Difference> Differences()
    {
        (string, string)[] pairs =
        [
            (Method.FineTuned, Method.FeedForward),
            .. from other in (string[])[Method.CopyNearest, Method.MeanFrame, .. settings.Baselines.Select(baseline => baseline.Name)]
               from head in (string[])[Method.FineTuned, Method.FeedForward]
               select (head, other),
        ];
        return from shots in settings.Shots.Order()
               from pair in pairs
               where rows.Contains(new(pair.Item1, shots)) && (shots > 1 || pair.Item2 != Method.MeanFrame) // one frame's mean is its copy
               from metric in frameMetrics
               let found = tallies[(new(pair.Item1, shots), metric)].Against(tallies[(new(pair.Item2, shots), metric)])
               where found.Gain.Value is not null
               select new Difference(metric.Name, pair.Item1, pair.Item2, shots, found.Gain.Value!.Value, found.Gain.Low, found.Gain.High,
                   found.Better, found.Gain.Frames);
    }

    static RowCosts Costs(Row row, List<RowCost> costs) => new(row.Method, row.Shots,
        Median(costs.Select(cost => cost.EnrolmentSeconds)), costs.Min(cost => cost.EnrolmentSeconds),
        costs.Max(cost => cost.EnrolmentSeconds),
        Median(costs.Select(cost => cost.FrameMilliseconds)),
        costs.Any(cost => cost.Epochs is null) ? null : Median(costs.Select(cost => (double)cost.Epochs!)),
        string.Join("; ", costs.Select(cost => cost.Machine).Distinct().Order(StringComparer.Ordinal)));

    static double Median(IEnumerable<double> values) => Bootstrap.Quantile([.. values.Order()], 0.5);
}

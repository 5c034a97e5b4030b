using System.Globalization;
using System.Text.Json.Serialization;
using TalkingHead.Data;
using TalkingHead.Evaluation.Metrics;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>All figures of an evaluation that its inputs decide; what depends on the machine's speed is <see cref="Costs"/>.</summary>
/// <param name="Format">Of the result's form.</param>
/// <param name="Mode">"self-reenactment" or "cross-reenactment".</param>
/// <param name="Subject">What was evaluated, on which data and how.</param>
/// <param name="Metrics">Every metric asked for: its definition, or why it is not measured.</param>
/// <param name="Rows">By number of source frames, then by method.</param>
/// <param name="Floors">What a perfect method would reach, or the least that can be told from nothing.</param>
/// <param name="Differences">Frame by frame differences between rows.</param>
/// <param name="Identities">The same figures person by person.</param>
/// <param name="Notes">What a reader must know beside, a sentence each.</param>
/// <param name="Costs">Seconds and milliseconds, kept apart from the figures: they are never twice the same.</param>
public sealed record EvaluationResult(string Format, string Mode, EvaluationSubject Subject, IReadOnlyList<MetricForm> Metrics,
    IReadOnlyList<ResultRow> Rows, IReadOnlyList<Figure> Floors, IReadOnlyList<Difference> Differences,
    IReadOnlyList<IdentityResult> Identities, IReadOnlyList<string> Notes, [property: JsonIgnore] IReadOnlyList<RowCosts> Costs);

/// <summary>
/// What was evaluated on what: the run's name and its checkpoint's step, the dataset folder's name, pixels of a frame's side, each T,
/// people evaluated and asked for, frames of each, the seed, and whether the driver's motion was carried over to the person's own face.
/// </summary>
public sealed record EvaluationSubject(string Run, int Step, string Dataset, int Size, IReadOnlyList<int> Shots, int Identities, int Asked,
    int HoldOut, int Seed, bool Adapted);

/// <summary>
/// The figures of one method, such as "fine-tuned", "feed-forward", "copy-nearest" or "mean-frame", with T source frames, in the order
/// of the metrics.
/// </summary>
public sealed record ResultRow(string Method, int Shots, IReadOnlyList<Figure> Figures);

/// <summary>
/// How much better a method is than another at T, mean over the frames that both have a value for, with the 95 % interval, null for a
/// single person; above 0 it is better, whichever way the metric points. Better: the share of people for whom it is, on the mean.
/// </summary>
public sealed record Difference(string Metric, string Method, string Than, int Shots, double Gain, double? Low, double? High, double Better,
    int Frames);

/// <summary>
/// One person by her name in the dataset: the clip taken and the clip that drives, the same one in self-reenactment; frames of the latter
/// that were generated; frames shown, in the order in which T takes them; her figures.
/// </summary>
public sealed record IdentityResult(string Identity, string Clip, string Driver, IReadOnlyList<int> HoldOut, IReadOnlyList<int> Sources,
    IReadOnlyList<ResultRow> Rows);

/// <summary>
/// What heads of one kind took, over the people: median, least and most seconds of enrolment; median of each person's mean milliseconds
/// a frame, and of the epochs run, null where nothing is tuned; on what, several machines where parts of an evaluation ran apart.
/// </summary>
public sealed record RowCosts(string Method, int Shots, double EnrolmentSeconds, double LeastSeconds, double MostSeconds,
    double FrameMilliseconds, double? Epochs, string Machine);

/// <summary>How frames came about, as results name it.</summary>
static class Method
{
    // The paper's FF (ψ' = P ê and nothing more) and FT; the source frame whose landmarks are closest to the driving ones; the
    // average of the T source frames.
    internal const string FeedForward = "feed-forward", FineTuned = "fine-tuned", CopyNearest = "copy-nearest", MeanFrame = "mean-frame";

    internal static bool IsHead(string method) => method is FeedForward or FineTuned;

    internal static bool IsOwn(string method) => IsHead(method) || method is CopyNearest or MeanFrame;
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
sealed class Summary
{
    readonly EvaluationSettings settings;
    readonly FrameMetrics meter;
    readonly Row[] rows;
    readonly Dictionary<(Row Row, Metric Metric), FrameTally> tallies;
    readonly Dictionary<Metric, FrameTally> floors = [];
    readonly List<(Row Row, RowCost Cost)> costs = [];
    readonly Dictionary<FeatureSpace, DistributionTally<Row>> distributions;
    readonly List<(IdentityPlan Plan, IdentityPlan Driver)> people = [];

    internal Summary(EvaluationSettings settings, FrameMetrics meter)
    {
        (this.settings, this.meter, rows) = (settings, meter, [.. Row.All(settings)]);
        tallies = rows.SelectMany(row => meter.OfFrames.Select(metric => (row, metric))).ToDictionary(key => key, key =>
            new FrameTally(key.metric, settings.Seed));
        distributions = meter.Spaces.ToDictionary(space => space, space =>
            new DistributionTally<Row>(space, settings.Comparison, rows));
    }

    /// <summary>Takes the next person.</summary>
    internal void Add(IdentityPlan plan, IdentityPlan driver, IdentityRecord record)
    {
        foreach (var ((row, metric), tally) in tallies)
            tally.Add(record.Rows[row].ByMetric[metric], record.Real.Faces);
        foreach (var (metric, values) in record.Floors)
        {
            floors.TryAdd(metric, new(metric, settings.Seed));
            floors[metric].Add(values, record.Real.Faces);
        }
        costs.AddRange(record.Costs.Select(cost => (cost.Key, cost.Value)));
        foreach (var (space, tally) in distributions)
        {
            foreach (var row in rows)
                tally.Add(row, record.Rows[row].Features[space]);
            tally.AddReal(record.Real.Features[space], people.Count);
        }
        people.Add((plan, driver));
    }

    internal EvaluationResult Result(EvaluationSubject subject, IReadOnlyList<string> notes) => new(
        Format: "talkinghead-evaluation 1",
        Mode: settings.Mode,
        Subject: subject,
        Metrics: meter.Forms,
        Rows: Rows(meter.Measured, (row, metric) => metric.Space is { } space ? distributions[space].Compute(row, metric)
            : tallies[(row, metric)].Pooled()),
        Floors:
        [
            .. floors.Values.Select(floor => floor.Pooled(": real against real, moved by a pixel")),
            .. from tally in distributions
               let name = Metric.All.First(metric => metric.Space == tally.Key).Name
               from figure in (Figure[])[tally.Value.Halves($"{name}: real against real, each person's hold-out frames halved"),
                   tally.Value.HalvesOfPeople($"{name}: real against real, people halved")]
               select figure,
        ],
        Differences: [.. Differences()],
        Identities: [.. people.Select((person, i) => new IdentityResult(person.Plan.Identity, person.Plan.Clip, person.Driver.Clip,
            person.Driver.HoldOut, person.Plan.Sources, Rows(meter.OfFrames, (row, metric) => tallies[(row, metric)].OfPerson(i))))],
        Notes: notes,
        Costs: [.. costs.GroupBy(cost => cost.Row, cost => cost.Cost).OrderBy(row => Array.IndexOf(rows, row.Key)).Select(Costs)]);

    ResultRow[] Rows(IEnumerable<Metric> metrics, Func<Row, Metric, Figure> figure) =>
        [.. rows.Select(row => new ResultRow(row.Method, row.Shots, [.. metrics.Select(metric => figure(row, metric))]))];

    // Each head against copying and against the other head; above 0 the first is better.
    IEnumerable<Difference> Differences() =>
        from shots in settings.Shots.Order()
        from pair in (IEnumerable<(string Head, string Than)>)[(Method.FineTuned, Method.FeedForward),
            .. from than in rows.Where(row => row.Shots == shots && !Method.IsHead(row.Method))
               from head in (string[])[Method.FineTuned, Method.FeedForward]
               select (head, than.Method)]
        where rows.Contains(new(pair.Head, shots)) && (shots > 1 || pair.Than != Method.MeanFrame) // one frame's mean is its copy
        from metric in meter.OfFrames
        let found = tallies[(new(pair.Head, shots), metric)].Against(tallies[(new(pair.Than, shots), metric)])
        where found.Gain.Value is not null
        select new Difference(metric.Name, pair.Head, pair.Than, shots, found.Gain.Value!.Value, found.Gain.Low, found.Gain.High,
            found.Better, found.Gain.Frames);

    static RowCosts Costs(IGrouping<Row, RowCost> costs)
    {
        double[] seconds = [.. costs.Select(cost => cost.EnrolmentSeconds)];
        return new(costs.Key.Method, costs.Key.Shots, Median(seconds), seconds.Min(), seconds.Max(),
            Median(costs.Select(cost => cost.FrameMilliseconds)),
            costs.Any(cost => cost.Epochs is null) ? null : Median(costs.Select(cost => (double)cost.Epochs!)),
            string.Join("; ", costs.Select(cost => cost.Machine).Distinct().Order(StringComparer.Ordinal)));
    }

    static double Median(IEnumerable<double> values) => Bootstrap.Quantile([.. values.Order()], 0.5);
}

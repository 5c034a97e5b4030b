using System.Globalization;
using System.Text.Json.Serialization;
using TalkingHead.Data;
using TalkingHead.Evaluation.Metrics;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>
/// All figures of an evaluation that its inputs decide; <see cref="Costs"/>, which depend on the machine's speed, are kept apart. Metrics
/// are all that were asked for; rows go by number of source frames, then by method; floors are what a perfect method would reach, or the
/// least that can be told from nothing; differences are frame by frame; notes are what a reader must know beside, a sentence each.
/// </summary>
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
    // The paper's FF (ψ' = P ê, nothing tuned) and FT; the source frame whose landmarks are closest to the driving ones; the
    // average of the T source frames.
    internal const string FeedForward = "feed-forward", FineTuned = "fine-tuned", CopyNearest = "copy-nearest", MeanFrame = "mean-frame";

    internal static bool IsHead(string method) => method is FeedForward or FineTuned;

    internal static bool IsOwn(string method) => IsHead(method) || method is CopyNearest or MeanFrame;
}

/// <summary>A row of the result: a method and its number of source frames.</summary>
readonly record struct Row(string Method, int Shots)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Method}/{Shots}");

    internal static IReadOnlyList<Row> All(EvaluationSettings settings) =>
        [.. from shots in settings.Shots.Order()
            from method in (string[])[Protocol.Method.FineTuned, Protocol.Method.FeedForward, Protocol.Method.CopyNearest,
                Protocol.Method.MeanFrame, .. settings.Baselines.Select(baseline => baseline.Name)]
            where method != Protocol.Method.FineTuned || !settings.FeedForward
            select new Row(method, shots)];
}

/// <summary>Makes the result of everybody's records: a function of these alone, in the order of the plan.</summary>
sealed class Summary(EvaluationSettings settings, FrameMetrics meter, IReadOnlyList<IdentityPlan> plan, IdentityRecord[] records)
{
    readonly IReadOnlyList<Row> rows = Row.All(settings);

    internal EvaluationResult Result(EvaluationSubject subject, IReadOnlyList<string> notes) => new(
        Format: "talkinghead-evaluation 1",
        Mode: settings.Mode,
        Subject: subject,
        Metrics: meter.Forms,
        Rows: Rows(meter.Measured, (row, metric) => metric.Space is { } space
            ? SetDistance.Compute(metric, Set(space, record => record.Real), Set(space, record => record.Rows[row]), settings.Comparison)
            : Tally(row, metric).Pooled()),
        Floors: [
            .. records[0].Floors.Keys.Select(metric =>
                Tally(metric, record => record.Floors).Pooled(": real against real, moved by a pixel")),
            .. meter.Spaces.SelectMany(space => (Figure[])[Halves(space, "each person's hold-out frames halved", (_, row) => row),
                Halves(space, "people halved", (person, _) => person)])],
        Differences: [.. Differences()],
        Identities: [.. plan.Select((person, i) => new IdentityResult(person.Identity, person.Clip, settings.DriverOf(plan, i).Clip,
            settings.DriverOf(plan, i).HoldOut, person.Sources, Rows(meter.OfFrames, (row, metric) => Tally(row, metric).OfPerson(i))))],
        Notes: notes,
        Costs: [.. from row in rows
                   let costs = records.Select(record => record.Costs.GetValueOrDefault(row)).OfType<RowCost>().ToArray()
                   where costs.Length > 0
                   select Costs(row, costs)]);

    FrameTally Tally(Row row, Metric metric) => Tally(metric, record => record.Rows[row].ByMetric);

    FrameTally Tally(Metric metric, Func<IdentityRecord, IReadOnlyDictionary<Metric, double[]>> values) => new(metric, settings.Seed,
        [.. records.Select(record => values(record)[metric])], records.Sum(record => record.Real.Faces.Count(found => found == 0)));

    FeatureStatistics Set(FeatureSpace space, Func<IdentityRecord, FrameValues> values, Func<int, int, bool>? taken = null) =>
        new(space.Length, records.SelectMany((record, person) => values(record).Features[space].Chunk(space.Length)
            .Where((_, row) => taken?.Invoke(person, row) != false)));

    // Of the real set, the even against the odd ones by a number of person and row.
    Figure Halves(FeatureSpace space, string words, Func<int, int, int> number) => SetDistance.Frechet(
        $"{Metric.All.First(metric => metric.Space == space).Name}: real against real, {words}", space,
        Set(space, record => record.Real, (person, row) => number(person, row) % 2 == 0),
        Set(space, record => record.Real, (person, row) => number(person, row) % 2 == 1));

    ResultRow[] Rows(IEnumerable<Metric> metrics, Func<Row, Metric, Figure> figure) =>
        [.. rows.Select(row => new ResultRow(row.Method, row.Shots, [.. metrics.Select(metric => figure(row, metric))]))];

    // Each head against copying and against the other head; above 0 the first is better.
    IEnumerable<Difference> Differences() =>
        from than in rows
        from head in (string[])[Method.FineTuned, Method.FeedForward]
        where than.Method is not Method.FineTuned && head != than.Method && rows.Contains(new(head, than.Shots))
            && (than.Shots > 1 || than.Method != Method.MeanFrame) // one frame's mean is its copy
        from metric in meter.OfFrames
        let found = Tally(new(head, than.Shots), metric).Against(Tally(than, metric))
        where found.Gain.Value is not null
        select new Difference(metric.Name, head, than.Method, than.Shots, found.Gain.Value!.Value, found.Gain.Low, found.Gain.High,
            found.Better, found.Gain.Frames);

    static RowCosts Costs(Row row, RowCost[] costs) => new(row.Method, row.Shots, Median(costs.Select(cost => cost.EnrolmentSeconds)),
        costs.Min(cost => cost.EnrolmentSeconds), costs.Max(cost => cost.EnrolmentSeconds),
        Median(costs.Select(cost => cost.FrameMilliseconds)),
        costs.Any(cost => cost.Epochs is null) ? null : Median(costs.Select(cost => (double)cost.Epochs!)),
        string.Join("; ", costs.Select(cost => cost.Machine).Distinct().Order(StringComparer.Ordinal)));

    static double Median(IEnumerable<double> values) => Bootstrap.Quantile([.. values.Order()], 0.5);
}

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

    public required EvaluationSubject Subject { get; init; }

    /// <summary>Every metric asked for: its definition, or why it is not measured.</summary>
    public required IReadOnlyList<MetricForm> Metrics { get; init; }

    /// <summary>By number of source frames, then by method.</summary>
    public required IReadOnlyList<ResultRow> Rows { get; init; }

    /// <summary>What a perfect method would reach, or the least that can be told from nothing.</summary>
    public required IReadOnlyList<Figure> Floors { get; init; }

    /// <summary>Frame by frame differences between rows.</summary>
    public required IReadOnlyList<Difference> Differences { get; init; }

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
public sealed record EvaluationSubject(string Run, int Step, string Dataset, int Size, IReadOnlyList<int> Shots, int Identities, int Asked, int HoldOut, int Seed, bool Adapted);

/// <summary>A metric as it was measured.</summary>
/// <param name="Metric">Its short name.</param>
/// <param name="Definition">Which of the many definitions under that name.</param>
/// <param name="Unit">"dB", "px", "°" or nothing.</param>
/// <param name="Decimals">Worth showing.</param>
/// <param name="HigherIsBetter">Or lower.</param>
/// <param name="Reason">Why it is not measured and what to do; null where it is.</param>
public sealed record MetricForm(string Metric, string Definition, string Unit, int Decimals, bool HigherIsBetter, string? Reason);

/// <summary>A figure.</summary>
/// <param name="Metric">Its short name.</param>
/// <param name="Value">Null where there is none; a mark says why.</param>
public sealed record Figure(string Metric, double? Value)
{
    /// <summary>95 % interval; null where there is none.</summary>
    public double? Low { get; init; }

    /// <inheritdoc cref="Low"/>
    public double? High { get; init; }

    /// <summary>Over KID's subsets.</summary>
    public double? Deviation { get; init; }

    /// <summary>Frames behind the figure.</summary>
    public int Frames { get; init; }

    /// <summary>Frames without a value: no face was found in them or in the real frame, or they are identical to it.</summary>
    public int Missing { get; init; }

    /// <summary>Real frames on the other side of a distance of distributions; 0 for metrics of single frames.</summary>
    public int Against { get; init; }

    /// <summary>Such as "biased: N &lt; 2048".</summary>
    public IReadOnlyList<string> Marks { get; init; } = [];
}

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
public sealed record Difference(string Metric, string Method, string Than, int Shots, double Gain, double? Low, double? High, double Better, int Frames);

/// <summary>One person.</summary>
/// <param name="Identity">Her name in the dataset.</param>
/// <param name="Clip">The clip taken.</param>
/// <param name="Driver">The clip that drives; the same one in self-reenactment.</param>
/// <param name="HoldOut">Frames of the driving clip that were generated.</param>
/// <param name="Sources">Frames shown, in the order in which T takes them.</param>
/// <param name="Rows">Her figures.</param>
public sealed record IdentityResult(string Identity, string Clip, string Driver, IReadOnlyList<int> HoldOut, IReadOnlyList<int> Sources, IReadOnlyList<ResultRow> Rows);

/// <summary>What heads of one kind took, over the people.</summary>
/// <param name="Method">"fine-tuned" or "feed-forward".</param>
/// <param name="Shots">T.</param>
/// <param name="EnrolmentSeconds">Median.</param>
/// <param name="LeastSeconds">The quickest.</param>
/// <param name="MostSeconds">The slowest.</param>
/// <param name="FrameMilliseconds">Median over people of the mean over frames.</param>
/// <param name="Epochs">Median of the epochs run; null where nothing is tuned.</param>
/// <param name="Machine">On what; several where the parts of an evaluation ran apart.</param>
public sealed record RowCosts(string Method, int Shots, double EnrolmentSeconds, double LeastSeconds, double MostSeconds, double FrameMilliseconds, double? Epochs, string Machine);

/// <summary>How frames came about.</summary>
public enum Method
{
    /// <summary>ψ' = P ê and nothing more (paper, FF).</summary>
    FeedForward,

    /// <summary>Fine-tuned on the T frames (paper, FT).</summary>
    FineTuned,

    /// <summary>The source frame whose landmarks are closest to the driving ones, unchanged.</summary>
    CopyNearest,

    /// <summary>The average of the T source frames.</summary>
    MeanFrame,
}

/// <summary>A row of the result: a method and its number of source frames.</summary>
readonly record struct Row(Method Method, int Shots)
{
    internal bool IsHead => Method is Method.FeedForward or Method.FineTuned;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Method.Key()}/{Shots}");

    /// <summary>All rows of an evaluation, in the order of reports.</summary>
    internal static IReadOnlyList<Row> All(EvaluationSettings settings) =>
    [
        .. from shots in settings.Shots.Order()
           from method in (Method[])[Method.FineTuned, Method.FeedForward, Method.CopyNearest, Method.MeanFrame]
           where method != Method.FineTuned || !settings.FeedForward
           select new Row(method, shots),
    ];
}

/// <summary>Methods in files and in words.</summary>
static class Methods
{
    internal static string Key(this Method method) => method switch
    {
        Method.FeedForward => "feed-forward",
        Method.FineTuned => "fine-tuned",
        Method.CopyNearest => "copy-nearest",
        _ => "mean-frame",
    };

    internal static Method Parse(string key) => Enum.GetValues<Method>().First(method => method.Key() == key);

    internal static string Title(this Method method) => method switch
    {
        Method.FeedForward => "Feed-forward",
        Method.FineTuned => "Fine-tuned",
        Method.CopyNearest => "Copy nearest",
        _ => "Mean frame",
    };
}

/// <summary>Makes the result of the records: a function of these alone, in the order of the plan.</summary>
sealed class Summary : IDisposable
{
    readonly EvaluationSettings settings;
    readonly IReadOnlyList<MetricRow> forms;
    readonly IReadOnlyList<Metric> frameMetrics, distributionMetrics;
    readonly IReadOnlyList<Row> rows;
    readonly Dictionary<(Row, Metric), FrameTally> tallies = [];
    readonly Dictionary<Metric, FrameTally> floors = [];
    readonly Dictionary<Row, List<RowCost>> costs = [];
    readonly DistributionTally? distributions;
    readonly List<(IdentityPlan Plan, IdentityPlan Driver)> people = [];

    /// <param name="settings">What was evaluated.</param>
    /// <param name="forms">Every metric asked for (<see cref="FrameMetrics.Forms"/>).</param>
    /// <param name="metrics">Those measured.</param>
    internal Summary(EvaluationSettings settings, IReadOnlyList<MetricRow> forms, IReadOnlyList<Metric> metrics)
    {
        (this.settings, this.forms, rows) = (settings, forms, Row.All(settings));
        distributionMetrics = [.. metrics.Where(metric => metric is Metric.Fid or Metric.Kid)];
        frameMetrics = [.. metrics.Except(distributionMetrics)];
        distributions = distributionMetrics.Count > 0 ? new(settings) : null;
    }

    /// <summary>Takes the next person.</summary>
    internal void Add(IdentityPlan plan, IdentityPlan driver, IdentityRecord record)
    {
        foreach (var row in rows)
        {
            foreach (var metric in frameMetrics)
                Tally(tallies, (row, metric), metric).Add(record.Rows[row].Values[metric], record.Real);
            if (record.Rows[row].Cost is { } cost)
                (costs.TryGetValue(row, out var list) ? list : costs[row] = []).Add(cost);
        }

        foreach (var (metric, values) in record.Floors)
            Tally(floors, metric, metric).Add(values, record.Real);
        distributions?.Add(people.Count, record);
        people.Add((plan, driver));
    }

    internal EvaluationResult Result(EvaluationSubject subject, IReadOnlyList<string> notes) => new()
    {
        Mode = settings.Cross ? "cross-reenactment" : "self-reenactment",
        Subject = subject,
        Metrics = [.. forms.Select((form, i) => new MetricForm(form.Metric, form.Definition, form.Unit, form.Decimals, MetricForms.HigherIsBetter(settings.Comparison.Metrics[i]), form.Reason))],
        Rows = [.. rows.Select(row => new ResultRow(row.Method.Key(), row.Shots, [.. settings.Comparison.Metrics.Where(IsMeasured).Select(metric => Pooled(row, metric))]))],
        Floors = [.. floors.Select(floor => Named(floor.Key, floor.Value.Pooled(), ": real against real, moved by a pixel")), .. distributions?.Floors() ?? []],
        Differences = [.. Differences()],
        Identities = [.. people.Select((person, i) => new IdentityResult(person.Plan.Identity, person.Plan.Clip, person.Driver.Clip, person.Driver.HoldOut, person.Plan.Sources,
            [.. rows.Select(row => new ResultRow(row.Method.Key(), row.Shots, [.. frameMetrics.Select(metric => Named(metric, tallies[(row, metric)].OfPerson(i)))]))]))],
        Notes = notes,
        Costs = [.. rows.Where(costs.ContainsKey).Select(row => Costs(row, costs[row]))],
    };

    public void Dispose() => distributions?.Dispose();

    FrameTally Tally<T>(Dictionary<T, FrameTally> all, T key, Metric metric) where T : notnull =>
        all.TryGetValue(key, out var tally) ? tally : all[key] = new(metric, settings.Seed);

    bool IsMeasured(Metric metric) => frameMetrics.Contains(metric) || distributionMetrics.Contains(metric);

    Figure Pooled(Row row, Metric metric) => distributionMetrics.Contains(metric)
        ? distributions!.Compute(row, metric)
        : Named(metric, tallies[(row, metric)].Pooled());

    Figure Named(Metric metric, Figure figure, string more = "") => figure with { Metric = MetricForms.Blank(metric, settings.Comparison).Metric + more };

    // Each head against copying and against the other head; above 0 the first is better.
    IEnumerable<Difference> Differences()
    {
        (Method, Method)[] pairs = [(Method.FineTuned, Method.FeedForward), (Method.FineTuned, Method.CopyNearest), (Method.FeedForward, Method.CopyNearest), (Method.FineTuned, Method.MeanFrame), (Method.FeedForward, Method.MeanFrame)];
        return from shots in settings.Shots.Order()
               from pair in pairs
               where rows.Contains(new(pair.Item1, shots)) && (shots > 1 || pair.Item2 != Method.MeanFrame) // one frame's mean is its copy
               from metric in frameMetrics
               let found = tallies[(new(pair.Item1, shots), metric)].Against(tallies[(new(pair.Item2, shots), metric)])
               where found.Gain.Value is not null
               select new Difference(Named(metric, found.Gain).Metric, pair.Item1.Key(), pair.Item2.Key(), shots, found.Gain.Value!.Value, found.Gain.Low, found.Gain.High, found.Better, found.Gain.Frames);
    }

    static RowCosts Costs(Row row, List<RowCost> costs) => new(row.Method.Key(), row.Shots,
        Median(costs.Select(cost => cost.EnrolmentSeconds)), costs.Min(cost => cost.EnrolmentSeconds), costs.Max(cost => cost.EnrolmentSeconds),
        Median(costs.Select(cost => cost.FrameMilliseconds)),
        costs.Any(cost => cost.Epochs is null) ? null : Median(costs.Select(cost => (double)cost.Epochs!)),
        string.Join("; ", costs.Select(cost => cost.Machine).Distinct().Order(StringComparer.Ordinal)));

    static double Median(IEnumerable<double> values) => Bootstrap.Quantile([.. values.Order()], 0.5);
}

/// <summary>
/// Intervals that hold 95 % of the means over units drawn with replacement (Efron 1979, percentiles). Frames of one person
/// are alike, so that over several people the person is the unit and not the frame.
/// </summary>
static class Bootstrap
{
    internal const int Draws = 2000;

    const double Level = 0.95;

    /// <summary>The interval of Σ sums / Σ counts over drawn units; null for fewer than two units with any count.</summary>
    /// <param name="sums">Each unit's sum of values.</param>
    /// <param name="counts">How many values these are; units without any are drawn too.</param>
    /// <param name="seed">Equal seeds draw equal units, so that intervals of rows of one table go together.</param>
    internal static (double Low, double High)? Interval(IReadOnlyList<double> sums, IReadOnlyList<int> counts, int seed)
    {
        if (counts.Count(count => count > 0) < 2)
            return null;
        var random = new CounterRandom((ulong)seed, (ulong)sums.Count);
        var means = new List<double>(Draws);
        for (var draw = 0; draw < Draws; draw++)
        {
            var (sum, count) = (0.0, 0);
            for (var k = 0; k < sums.Count; k++)
            {
                var unit = random.Below(sums.Count);
                (sum, count) = (sum + sums[unit], count + counts[unit]);
            }

            if (count > 0)
                means.Add(sum / count);
        }

        means.Sort();
        return (Quantile(means, (1 - Level) / 2), Quantile(means, (1 + Level) / 2));
    }

    /// <summary>Between the two nearest of sorted values, as numpy's default does.</summary>
    internal static double Quantile(IReadOnlyList<double> sorted, double share)
    {
        var place = share * (sorted.Count - 1);
        var below = (int)place;
        return below + 1 < sorted.Count ? double.Lerp(sorted[below], sorted[below + 1], place - below) : sorted[^1];
    }
}

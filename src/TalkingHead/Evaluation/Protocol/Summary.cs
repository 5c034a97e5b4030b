namespace TalkingHead.Evaluation.Protocol;

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
    /// <param name="forms">Every metric asked for (<see cref="FrameMeter.Forms"/>).</param>
    /// <param name="metrics">Those measured.</param>
    internal Summary(EvaluationSettings settings, IReadOnlyList<MetricRow> forms, IReadOnlyList<Metric> metrics)
    {
        (this.settings, this.forms, rows) = (settings, forms, Row.Of(settings));
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
        ? distributions!.Of(row, metric)
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

using TalkingHead.Evaluation.Protocol;

namespace TalkingHead.Evaluation.Reporting;

/// <summary>People in order of how well they came out: by one metric, in the row that a reader looks at first.</summary>
sealed class Ranking
{
    static readonly string[] preferred = ["SSIM", "LPIPS", "CSIM", "PSNR"];

    Ranking(EvaluationResult result, MetricForm metric, ResultRow row)
    {
        (Metric, Method, Shots) = (metric, row.Method, row.Shots);
        var figures = result.Identities.Select(person => Figure(person, row.Method)?.Value ?? double.NaN).ToArray();
        Order = [.. Enumerable.Range(0, figures.Length).Where(person => !double.IsNaN(figures[person]))
            .OrderBy(person => metric.HigherIsBetter ? -figures[person] : figures[person]).ThenBy(person => result.Identities[person].Identity, StringComparer.Ordinal)];
    }

    /// <summary>What decides the order.</summary>
    internal MetricForm Metric { get; }

    internal string Method { get; }

    internal int Shots { get; }

    /// <summary>Numbers of people, the best first; without those who have no figure.</summary>
    internal IReadOnlyList<int> Order { get; }

    /// <summary>Null where no metric of single frames was measured.</summary>
    internal static Ranking? Of(EvaluationResult result)
    {
        var measured = ReportText.Measured(result).Where(form => result.Identities[0].Rows[0].Figures.Any(figure => figure.Metric == form.Metric)).ToArray();
        var metric = preferred.Select(name => Array.Find(measured, form => form.Metric == name)).FirstOrDefault(form => form is not null) ?? measured.FirstOrDefault();
        var row = result.Rows.Where(row => Methods.Parse(row.Method) is Protocol.Method.FineTuned or Protocol.Method.FeedForward)
            .OrderByDescending(row => row.Shots).ThenByDescending(row => row.Method == Protocol.Method.FineTuned.Key()).First();
        return metric is not null && new Ranking(result, metric, row) is { Order.Count: > 0 } ranking ? ranking : null;
    }

    /// <summary>The person's figure in the row of that method and this ranking's number of source frames.</summary>
    internal Figure? Figure(IdentityResult person, string method) => Figure(person, method, Shots);

    internal Figure? Figure(IdentityResult person, string method, int shots) =>
        person.Rows.FirstOrDefault(row => row.Method == method && row.Shots == shots)?.Figures.FirstOrDefault(figure => figure.Metric == Metric.Metric);

    /// <summary>The best, the middle and the worst, as many of them as there are people.</summary>
    internal IEnumerable<(string Word, int Person)> Examples()
    {
        if (Order.Count >= 1)
            yield return (Order.Count == 1 ? "Only" : "Best", Order[0]);
        if (Order.Count >= 3)
            yield return ("Median", Order[Order.Count / 2]);
        if (Order.Count >= 2)
            yield return ("Worst", Order[^1]);
    }
}

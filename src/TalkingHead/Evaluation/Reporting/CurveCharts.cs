using System.Text;
using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Reporting.ReportText;
using static TalkingHead.Evaluation.Reporting.Svg;

namespace TalkingHead.Evaluation.Reporting;

/// <summary>A small chart a metric: its value over T, each method a line with the 95 % interval at each T.</summary>
static class CurveCharts
{
    const int Width = 320, Height = 210, Left = 46, Right = 14, Top = 12, Bottom = 30;

    /// <summary>Methods stand a little apart at each T, so that their intervals can be told from each other.</summary>
    const double Dodge = 7;

    internal static string Of(EvaluationResult result)
    {
        string[] methods = [.. result.Rows.Select(row => row.Method).Distinct()];
        var charts = Measured(result).Where(form => result.Rows.Any(row => row.Of(form).Value is not null)).Select(form => Chart(result, methods, form)).ToArray();
        return charts.Length == 0 ? "" : $"""
            <section aria-labelledby="curves"><h2 id="curves">Over the number of source frames</h2>
            {Legend(methods)}
            <div class="charts">{string.Concat(charts)}</div>
            <p class="note">Bars: 95 % bootstrap intervals over people{(result.Metrics.Any(form => form.Metric == "KID" && form.Reason is null) ? "; for KID, the deviation over subsets" : "")}. Axes need not begin at zero.{(result.Rows.Any(row => Measured(result).Any(form => !MarkdownReport.IsWhole(result, row, form))) ? " Hollow marks: many frames lack a face." : "")}</p></section>
            """;
    }

    static string Chart(EvaluationResult result, string[] methods, MetricForm form)
    {
        var figures = result.Rows.Select(row => (row, Figure: row.Of(form))).Where(entry => entry.Figure.Value is not null).ToArray();
        var axis = new Axis(figures.SelectMany(entry => Reach(entry.Figure)), Height - Bottom, Top, 4);
        var svg = new StringBuilder();
        foreach (var tick in axis.Ticks)
            svg.Append($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{N(axis.At(tick))}\" y2=\"{N(axis.At(tick))}\"/><text class=\"tick\" x=\"{Left - 6}\" y=\"{N(axis.At(tick) + 3.5)}\" text-anchor=\"end\">{axis.Label(tick)}</text>");
        for (var i = 0; i < result.Subject.Shots.Count; i++)
            svg.Append($"<text class=\"tick\" x=\"{N(X(result, i))}\" y=\"{Height - 10}\" text-anchor=\"middle\">T = {result.Subject.Shots[i]}</text>");
        foreach (var method in methods)
        {
            var points = figures.Where(entry => entry.row.Method == method)
                .Select(entry => (X: X(result, Place(result, entry.row.Shots)) + (Array.IndexOf(methods, method) - (methods.Length - 1) / 2.0) * Dodge, entry.Figure, Whole: MarkdownReport.IsWhole(result, entry.row, form))).ToArray();
            svg.Append($"<g class=\"{method}\">");
            if (points.Length > 1)
                svg.Append($"<polyline class=\"curve\" points=\"{string.Join(' ', points.Select(point => $"{N(point.X)},{N(axis.At(point.Figure.Value!.Value))}"))}\"/>");
            foreach (var (x, figure, whole) in points)
            {
                if (Reach(figure).ToArray() is [_, var low, var high])
                    svg.Append($"<path class=\"bar\" d=\"M{N(x)} {N(axis.At(low))}V{N(axis.At(high))}\"/>");
                svg.Append($"<g{(whole ? "" : " class=\"hollow\"")}>{Mark(method, x, axis.At(figure.Value!.Value), 3.6)}</g>");
            }

            svg.Append("</g>");
        }

        var words = string.Join("; ", methods.Select(method => $"{Title(method)}: {string.Join(", ", figures.Where(entry => entry.row.Method == method).Select(entry => $"{Value(entry.Figure, form)} at T = {entry.row.Shots}"))}"));
        return $"""
            <figure><figcaption>{Html(form.Metric)} <span class="dim">{(form.HigherIsBetter ? "higher" : "lower")} is better{(form.Unit == "" ? "" : $", {form.Unit}")}</span></figcaption>
            <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{Html($"{form.Metric} over T. {words}.")}">{svg}</svg></figure>
            """;
    }

    static int Place(EvaluationResult result, int shots) => result.Subject.Shots.ToList().IndexOf(shots);

    static double X(EvaluationResult result, int place) =>
        Left + (Width - Left - Right) * (place + 0.5) / result.Subject.Shots.Count;

    // The value, and where there is one its interval.
    static IEnumerable<double> Reach(Figure figure) => (figure.Low, figure.High, figure.Deviation) switch
    {
        ({ } low, { } high, _) => [figure.Value!.Value, low, high],
        (_, _, { } deviation) => [figure.Value!.Value, figure.Value.Value - deviation, figure.Value.Value + deviation],
        _ => [figure.Value!.Value],
    };
}

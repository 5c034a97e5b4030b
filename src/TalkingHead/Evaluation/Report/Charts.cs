using System.Globalization;
using System.Text;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Report.ReportText;
using static TalkingHead.Evaluation.Report.Svg;

namespace TalkingHead.Evaluation.Report;

/// <summary>A linear axis that begins and ends at round numbers.</summary>
sealed class Axis
{
    /// <param name="values">All that must fit.</param>
    /// <param name="from">Where the axis begins in the drawing.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="steps">About how many steps between.</param>
    internal Axis(IEnumerable<double> values, double from, double to, int steps)
    {
        var all = values.ToArray();
        (From, To) = (from, to);
        double low = all.DefaultIfEmpty(0).Min(), high = all.DefaultIfEmpty(1).Max();
        if (high - low < 1e-9 * Math.Max(1, Math.Abs(high)))
            (low, high) = (low - 0.5 * Math.Max(1e-3, Math.Abs(low)), high + 0.5 * Math.Max(1e-3, Math.Abs(high)));
        var power = Math.Pow(10, Math.Floor(Math.Log10((high - low) / steps)));
        var step = power * new[] { 1, 2, 2.5, 5, 10 }.First(factor => factor * power >= (high - low) / steps * 0.999);
        Low = Math.Floor(low / step + 1e-9) * step;
        High = Math.Ceiling(high / step - 1e-9) * step;
        Ticks = [.. Enumerable.Range(0, (int)Math.Round((High - Low) / step) + 1).Select(i => Low + i * step)];
        Decimals = Enumerable.Range(0, 8).First(decimals => Math.Abs(Math.Round(step, decimals) - step) < 1e-9 * step || decimals == 7);
    }

    internal double Low { get; }

    internal double High { get; }

    internal double From { get; }

    internal double To { get; }

    internal IReadOnlyList<double> Ticks { get; }

    int Decimals { get; }

    /// <summary>A value's place in the drawing.</summary>
    internal double At(double value) => From + (value - Low) / (High - Low) * (To - From);

    internal string Label(double tick) => ReportText.Number(tick, Decimals);
}

/// <summary>Pieces of SVG.</summary>
static class Svg
{
    internal static string N(double value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>A method's mark at a place; each method has a shape of its own, so that no one needs the colours.</summary>
    internal static string Mark(string method, double x, double y, double r) => method switch
    {
        "fine-tuned" => $"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(r)}\"/>",
        "feed-forward" => $"<rect x=\"{N(x - 0.9 * r)}\" y=\"{N(y - 0.9 * r)}\" width=\"{N(1.8 * r)}\" height=\"{N(1.8 * r)}\"/>",
        "copy-nearest" => $"<path d=\"M{N(x)} {N(y - 1.2 * r)}L{N(x + 1.15 * r)} {N(y + 0.9 * r)}H{N(x - 1.15 * r)}Z\"/>",
        _ => $"<path d=\"M{N(x)} {N(y - 1.3 * r)}L{N(x + 1.3 * r)} {N(y)}L{N(x)} {N(y + 1.3 * r)}L{N(x - 1.3 * r)} {N(y)}Z\"/>",
    };

    internal static string Line(string kind, double x1, double x2, double y1, double y2) =>
        $"<line class=\"{kind}\" x1=\"{N(x1)}\" x2=\"{N(x2)}\" y1=\"{N(y1)}\" y2=\"{N(y2)}\"/>";

    internal static string Text(string kind, double x, double y, string anchor, string text) =>
        $"<text class=\"{kind}\" x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\">{text}</text>";

    /// <summary>Which mark is which method's.</summary>
    internal static string Legend(IEnumerable<string> methods)
    {
        const string size = "viewBox=\"0 0 14 14\" width=\"14\" height=\"14\"";
        return $"<ul class=\"legend\">{Each(methods, method =>
            $"<li><svg class=\"{method}\" {size} aria-hidden=\"true\">{Mark(method, 7, 7, 4.5)}</svg>{Title(method)}</li>")}</ul>";
    }
}

/// <summary>A small chart a metric: its value over T, each method a line with the 95 % interval at each T.</summary>
static class CurveCharts
{
    const int Width = 320, Height = 210, Left = 46, Right = 14, Top = 12, Bottom = 30;

    /// <summary>Methods stand a little apart at each T, so that their intervals can be told from each other.</summary>
    const double Dodge = 7;

    internal static string Create(EvaluationResult result)
    {
        string[] methods = [.. result.Rows.Select(row => row.Method).Distinct()];
        var charts = Measured(result).Where(form => result.Rows.Any(row => row.Find(form).Value is not null))
            .Select(form => Chart(result, methods, form)).ToArray();
        var kid = result.Metrics.Any(form => form.Metric == "KID" && form.Reason is null) ? "; for KID, the deviation over subsets" : "";
        var hollow = result.Rows.Any(row => Measured(result).Any(form => !MarkdownReport.IsWhole(result, row, form)))
            ? " Hollow marks: many frames lack a face." : "";
        return charts.Length == 0 ? "" : Section("curves", "Over the number of source frames", $"""
            {Legend(methods)}
            <div class="charts">{string.Concat(charts)}</div>
            <p class="note">Bars: 95 % bootstrap intervals over people{kid}. Axes need not begin at zero.{hollow}</p>
            """);
    }

    static string Chart(EvaluationResult result, string[] methods, MetricForm form)
    {
        var figures = result.Rows.Select(row => (row, Figure: row.Find(form))).Where(entry => entry.Figure.Value is not null).ToArray();
        var axis = new Axis(figures.SelectMany(entry => Reach(entry.Figure)), Height - Bottom, Top, 4);
        var svg = new StringBuilder();
        foreach (var tick in axis.Ticks)
        {
            var y = axis.At(tick);
            svg.Append(Line("grid", Left, Width - Right, y, y)).Append(Text("tick", Left - 6, y + 3.5, "end", axis.Label(tick)));
        }

        for (var i = 0; i < result.Subject.Shots.Count; i++)
            svg.Append(Text("tick", X(result, i), Height - 10, "middle", $"T = {result.Subject.Shots[i]}"));
        foreach (var method in methods)
        {
            var points = figures.Where(entry => entry.row.Method == method)
                .Select(entry => (X: X(result, Place(result, entry.row.Shots))
                    + (Array.IndexOf(methods, method) - (methods.Length - 1) / 2.0) * Dodge, entry.Figure,
                    Whole: MarkdownReport.IsWhole(result, entry.row, form))).ToArray();
            svg.Append($"<g class=\"{method}\">");
            var places = points.Select(point => $"{N(point.X)},{N(axis.At(point.Figure.Value!.Value))}");
            if (points.Length > 1)
                svg.Append($"<polyline class=\"curve\" points=\"{string.Join(' ', places)}\"/>");
            foreach (var (x, figure, whole) in points)
            {
                if (Reach(figure).ToArray() is [_, var low, var high])
                    svg.Append($"<path class=\"bar\" d=\"M{N(x)} {N(axis.At(low))}V{N(axis.At(high))}\"/>");
                svg.Append($"<g{(whole ? "" : " class=\"hollow\"")}>{Mark(method, x, axis.At(figure.Value!.Value), 3.6)}</g>");
            }

            svg.Append("</g>");
        }

        var words = string.Join("; ", methods.Select(method =>
            $"{Title(method)}: {string.Join(", ", figures.Where(entry => entry.row.Method == method)
                .Select(entry => $"{Value(entry.Figure, form)} at T = {entry.row.Shots}"))}"));
        var direction = $"{(form.HigherIsBetter ? "higher" : "lower")} is better{(form.Unit == "" ? "" : $", {form.Unit}")}";
        return $"""
            <figure><figcaption>{Html(form.Metric)} <span class="dim">{direction}</span></figcaption>
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

/// <summary>Everybody in one chart, from the best to the worst: each method's mean over the person's frames.</summary>
static class PeopleChart
{
    const int Width = 720, Left = 150, Right = 18, Top = 26, RowHeight = 19, LongestName = 22;

    internal static string Create(EvaluationResult result, Ranking ranking)
    {
        string[] methods = [.. result.Rows.Where(row => row.Shots == ranking.Shots).Select(row => row.Method)];
        var height = Top + ranking.Order.Count * RowHeight + 24;
        var figures = ranking.Order.SelectMany(person => methods.Select(method => ranking.Figure(result.Identities[person], method)))
            .OfType<Figure>().ToArray();
        var axis = new Axis(figures.Select(figure => figure.Value).OfType<double>(), Left, Width - Right, 8);
        var svg = new StringBuilder();
        foreach (var tick in axis.Ticks)
        {
            var (x, number) = (axis.At(tick), axis.Label(tick));
            svg.Append(Line("grid", x, x, Top - 6, height - 20))
                .Append(Text("tick", x, Top - 12, "middle", number)).Append(Text("tick", x, height - 5, "middle", number));
        }

        for (var i = 0; i < ranking.Order.Count; i++)
            Person(svg, result.Identities[ranking.Order[i]], ranking, methods, axis, Top + RowHeight * (i + 0.5));
        var metric = Html(ranking.Metric.Metric);
        var order = Title(ranking.Method).ToLowerInvariant();
        var about = $"{metric} of each of the {ranking.Order.Count} people at T = {ranking.Shots}, in order of {order}; "
            + $"{(ranking.Metric.HigherIsBetter ? "further right" : "further left")} is better.";
        var label = $"{metric} of each person; the same figures stand in the table of people below.";
        var chart = $"<svg class=\"people\" viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{label}\">{svg}</svg>";
        return Section("people", "Person by person", $"<p>{about}</p>\n{Legend(methods)}\n{Scroll("Chart of people")}{chart}</div>");
    }

    static void Person(StringBuilder svg, IdentityResult person, Ranking ranking, string[] methods, Axis axis, double y)
    {
        var places = methods.Select(method => (method, ranking.Figure(person, method)?.Value)).Where(entry => entry.Value is not null)
            .Select(entry => (entry.method, X: axis.At(entry.Value!.Value))).ToArray();
        var name = person.Identity.Length <= LongestName ? person.Identity : person.Identity[..(LongestName - 1)] + "…";
        svg.Append(Text("name", Left - 12, y + 4, "end", Html(name)));
        if (places.Length > 0)
            svg.Append(Line("span", places.Min(place => place.X), places.Max(place => place.X), y, y));
        foreach (var (method, x) in places.Reverse())
            svg.Append($"<g class=\"{method}\">{Mark(method, x, y, 4.2)}</g>");
    }
}

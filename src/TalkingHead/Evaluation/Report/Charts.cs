using System.Globalization;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Report.ReportText;
using static TalkingHead.Evaluation.Report.Svg;

namespace TalkingHead.Evaluation.Report;

/// <summary>A linear axis that fits all values in about so many steps, and begins and ends at round numbers.</summary>
sealed class Axis
{
    readonly double from, to;
    readonly int decimals;
    internal readonly double Low, High;
    internal readonly IReadOnlyList<double> Ticks;

    internal Axis(IEnumerable<double> values, double from, double to, int steps)
    {
        var all = values.ToArray();
        (this.from, this.to) = (from, to);
        double low = all.DefaultIfEmpty(0).Min(), high = all.DefaultIfEmpty(1).Max();
        if (high - low < 1e-9 * Math.Max(1, Math.Abs(high)))
            (low, high) = (low - 0.5 * Math.Max(1e-3, Math.Abs(low)), high + 0.5 * Math.Max(1e-3, Math.Abs(high)));
        var power = Math.Pow(10, Math.Floor(Math.Log10((high - low) / steps)));
        var step = power * new[] { 1, 2, 2.5, 5, 10 }.First(factor => factor * power >= (high - low) / steps * 0.999);
        Low = Math.Floor(low / step + 1e-9) * step;
        High = Math.Ceiling(high / step - 1e-9) * step;
        Ticks = [.. Enumerable.Range(0, (int)Math.Round((High - Low) / step) + 1).Select(i => Low + i * step)];
        decimals = Enumerable.Range(0, 8).First(decimals => Math.Abs(Math.Round(step, decimals) - step) < 1e-9 * step || decimals == 7);
    }

    internal double At(double value) => from + (value - Low) / (High - Low) * (to - from);

    internal string Label(double tick) => ReportText.Number(tick, decimals);
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

    internal static string Legend(IEnumerable<string> methods) => $"<ul class=\"legend\">{Each(methods, method =>
        $"<li><svg class=\"{method}\" viewBox=\"0 0 14 14\" width=\"14\" height=\"14\" aria-hidden=\"true\">{Mark(method, 7, 7, 4.5)}</svg>"
        + $"{Title(method)}</li>")}</ul>";
}

/// <summary>A small chart a metric: its value over T, each method a line with the 95 % interval at each T.</summary>
static class CurveCharts
{
    const int Width = 320, Height = 210, Left = 46, Right = 14, Top = 12, Bottom = 30;
    const double Dodge = 7; // methods stand a little apart at each T, so that their intervals can be told from each other

    internal static string Create(EvaluationResult result)
    {
        string[] methods = [.. result.Rows.Select(row => row.Method).Distinct()];
        var charts = Measured(result).Where(form => result.Rows.Any(row => row.Find(form).Value is not null))
            .Select(form => Chart(result, methods, form)).ToArray();
        var kid = Measured(result).Any(form => form.Metric == "KID") ? "; for KID, the deviation over subsets" : "";
        var hollow = result.Rows.Any(row => Measured(result).Any(form => !IsWhole(result, row, form)))
            ? " Hollow marks: many frames lack a face." : "";
        return charts.Length == 0 ? "" : Section("curves", "Over the number of source frames", $"""
            {Legend(methods)}
            <div class="charts">{string.Concat(charts)}</div>
            <p class="note">Bars: 95 % bootstrap intervals over people{kid}. Axes need not begin at zero.{hollow}</p>
            """);
    }

    static string Chart(EvaluationResult result, string[] methods, MetricForm form)
    {
        int[] shots = [.. result.Subject.Shots];
        var figures = result.Rows.Select(row => (Row: row, Figure: row.Find(form))).Where(one => one.Figure.Value is not null).ToArray();
        var axis = new Axis(figures.SelectMany(one => Reach(one.Figure)), Height - Bottom, Top, 4);
        var grid = Each(axis.Ticks, tick => Line("grid", Left, Width - Right, axis.At(tick), axis.At(tick))
            + Text("tick", Left - 6, axis.At(tick) + 3.5, "end", axis.Label(tick)));
        var labels = Each(shots, count => Text("tick", X(count), Height - 10, "middle", $"T = {count}"));
        var words = string.Join("; ", methods.Select(method => $"{Title(method)}: {string.Join(", ", figures
            .Where(one => one.Row.Method == method).Select(one => $"{Value(one.Figure, form)} at T = {one.Row.Shots}"))}"));
        var direction = $"{(form.HigherIsBetter ? "higher" : "lower")} is better{(form.Unit == "" ? "" : $", {form.Unit}")}";
        var label = Html($"{form.Metric} over T. {words}.");
        return $"""
            <figure><figcaption>{Html(form.Metric)} <span class="dim">{direction}</span></figcaption>
            <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{label}">{grid}{labels}{Each(methods, Curve)}</svg></figure>
            """;

        double X(int count) => Left + (Width - Left - Right) * (Array.IndexOf(shots, count) + 0.5) / shots.Length;

        string Curve(string method)
        {
            var dodge = (Array.IndexOf(methods, method) - (methods.Length - 1) / 2.0) * Dodge;
            var points = figures.Where(one => one.Row.Method == method).Select(one => (one.Figure, X: X(one.Row.Shots) + dodge,
                Y: axis.At(one.Figure.Value!.Value), Kind: IsWhole(result, one.Row, form) ? "" : " class=\"hollow\"")).ToArray();
            var places = string.Join(' ', points.Select(point => $"{N(point.X)},{N(point.Y)}"));
            var line = points.Length > 1 ? $"<polyline class=\"curve\" points=\"{places}\"/>" : "";
            return $"<g class=\"{method}\">{line}{Each(points, point =>
                $"{Bar(point.X, point.Figure)}<g{point.Kind}>{Mark(method, point.X, point.Y, 3.6)}</g>")}</g>";
        }

        string Bar(double x, Figure figure) => Reach(figure) is [_, var low, var high]
            ? $"<path class=\"bar\" d=\"M{N(x)} {N(axis.At(low))}V{N(axis.At(high))}\"/>" : "";
    }

    // The value, and where there is one its interval.
    static double[] Reach(Figure figure) => figure switch
    {
        { Value: { } value, Low: { } low, High: { } high } => [value, low, high],
        { Value: { } value, Deviation: { } deviation } => [value, value - deviation, value + deviation],
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
        IdentityResult[] people = [.. ranking.Order.Select(person => result.Identities[person])];
        var height = Top + people.Length * RowHeight + 24;
        var axis = new Axis(people.SelectMany(person => methods.Select(method => ranking.Figure(person, method)?.Value)).OfType<double>(),
            Left, Width - Right, 8);
        var grid = Each(axis.Ticks, tick => Line("grid", axis.At(tick), axis.At(tick), Top - 6, height - 20)
            + Text("tick", axis.At(tick), Top - 12, "middle", axis.Label(tick))
            + Text("tick", axis.At(tick), height - 5, "middle", axis.Label(tick)));
        var rows = Each(people.Index(), one => Person(one.Item, Top + RowHeight * (one.Index + 0.5)));
        var metric = Html(ranking.Metric.Metric);
        var about = $"{metric} of each of the {people.Length} people at T = {ranking.Shots}, in order of "
            + $"{Title(ranking.Method).ToLowerInvariant()}; further {(ranking.Metric.HigherIsBetter ? "right" : "left")} is better.";
        var label = $"{metric} of each person; the same figures stand in the table of people below.";
        var chart = $"<svg class=\"people\" viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{label}\">{grid}{rows}</svg>";
        return Section("people", "Person by person", $"<p>{about}</p>\n{Legend(methods)}\n{Scroll("Chart of people")}{chart}</div>");

        string Person(IdentityResult person, double y)
        {
            var places = methods.Select(method => (Method: method, ranking.Figure(person, method)?.Value))
                .Where(one => one.Value is not null).Select(one => (one.Method, X: axis.At(one.Value!.Value))).ToArray();
            var name = person.Identity.Length <= LongestName ? person.Identity : person.Identity[..(LongestName - 1)] + "…";
            var span = places.Length == 0 ? "" : Line("span", places.Min(place => place.X), places.Max(place => place.X), y, y);
            return Text("name", Left - 12, y + 4, "end", Html(name)) + span
                + Each(places.Reverse(), place => $"<g class=\"{place.Method}\">{Mark(place.Method, place.X, y, 4.2)}</g>");
        }
    }
}

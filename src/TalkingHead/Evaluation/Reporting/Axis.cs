using System.Globalization;

namespace TalkingHead.Evaluation.Reporting;

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

    /// <summary>Which mark is which method's.</summary>
    internal static string Legend(IEnumerable<string> methods) => $"""
        <ul class="legend">{string.Concat(methods.Select(method => $"<li><svg class=\"{method}\" viewBox=\"0 0 14 14\" width=\"14\" height=\"14\" aria-hidden=\"true\">{Mark(method, 7, 7, 4.5)}</svg>{ReportText.Title(method)}</li>"))}</ul>
        """;
}

using System.Globalization;
using System.Net;
using TalkingHead.Evaluation.Protocol;

namespace TalkingHead.Evaluation.Reporting;

/// <summary>Numbers and words as reports write them.</summary>
static class ReportText
{
    internal const string None = "–";

    /// <summary>With a true minus sign.</summary>
    internal static string Number(double value, int decimals) =>
        Math.Round(value, decimals).ToString($"F{decimals}", CultureInfo.InvariantCulture).Replace('-', '−') switch
        {
            var text when text.Trim('−', '0', '.') == "" => text.TrimStart('−'),
            var text => text,
        };

    internal static string Signed(double value, int decimals) => Number(value, decimals) is var text && text.StartsWith('−') ? text : $"+{text}";

    internal static string Value(Figure figure, MetricForm form) => figure.Value is { } value ? Number(value, Decimals(form)) : None;

    /// <summary>"[0.69, 0.73]", "± 0.01" or nothing.</summary>
    internal static string Spread(Figure figure, MetricForm form) => (figure.Low, figure.High, figure.Deviation) switch
    {
        ({ } low, { } high, _) => $"[{Number(low, Decimals(form))}, {Number(high, Decimals(form))}]",
        (_, _, { } deviation) => $"± {Number(deviation, Decimals(form))}",
        _ => "",
    };

    /// <summary>"38 of 48 frames" where some are missing.</summary>
    internal static string Coverage(Figure figure) => figure.Missing == 0 ? "" : $"{figure.Frames} of {figure.Frames + figure.Missing} frames";

    /// <summary>Decimals that a table shows: no more than the intervals bear.</summary>
    internal static int Decimals(MetricForm form) => form.Metric switch
    {
        "PSNR" or "FID" or "AKD" => 2,
        "Pose" => 1,
        "KID" => 4,
        "L1" => 4,
        _ => 3,
    };

    internal static string Arrow(MetricForm form) => form.HigherIsBetter ? "↑" : "↓";

    /// <summary>"SSIM ↑" or "PSNR ↑ dB".</summary>
    internal static string Heading(MetricForm form) => form.Unit == "" ? $"{form.Metric} {Arrow(form)}" : $"{form.Metric} {Arrow(form)} {form.Unit}";

    internal static string Title(string method) => Methods.Parse(method).Title();

    /// <summary>Safe in text and in attributes.</summary>
    internal static string Html(string text) => WebUtility.HtmlEncode(text);

    internal static string Seconds(double seconds) => seconds < 10 ? $"{Number(seconds, 2)} s" : $"{Number(seconds, 1)} s";

    /// <summary>Metrics that could not be measured, together where the reason is one.</summary>
    internal static IEnumerable<(string Metrics, string Reason)> Unmeasured(EvaluationResult result) => result.Metrics
        .Where(form => form.Reason is not null).GroupBy(form => form.Reason!)
        .Select(group => (string.Join(", ", group.Select(form => form.Metric)), group.Key));

    internal static IReadOnlyList<MetricForm> Measured(EvaluationResult result) => [.. result.Metrics.Where(form => form.Reason is null)];

    internal static Figure Of(this ResultRow row, MetricForm form) => row.Figures.First(figure => figure.Metric == form.Metric);
}

using System.Text;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Report.ReportText;

namespace TalkingHead.Evaluation.Report;

/// <summary>The result as Markdown tables, to paste into a paper.</summary>
static class MarkdownReport
{
    internal static string Create(EvaluationResult result)
    {
        var text = new StringBuilder();
        var (subject, measured) = (result.Subject, Measured(result));
        text.Append($"{subject.Run} (step {subject.Step}) on {subject.Dataset}, {result.Mode}: {subject.Identities} held-out people, one "
            + $"clip each, {subject.HoldOut} hold-out frames of {subject.Size}x{subject.Size}, apart from the T source "
            + $"frames; seed {subject.Seed}. Means over all frames, 95 % bootstrap intervals over people.\n\n");
        Table(text, ["T", "method", .. measured.Select(Heading)], result.Rows.Select(row => (string[])
            [$"{row.Shots}", Title(row.Method).ToLowerInvariant(),
                .. measured.Select(form =>
                    $"{Emphasis(result, row, form)} {Spread(row.Find(form), form)} {Coverage(row.Find(form))}".Trim())]));
        foreach (var mark in Marks(result))
            text.Append($"- {mark}\n");
        foreach (var (metrics, reason) in Unmeasured(result))
            text.Append($"- {metrics}: not measured: {reason}\n");
        if (result.Floors.Count > 0)
        {
            text.Append("\nFloors\n\n");
            Table(text, ["floor", "value", "N"], result.Floors.Select(floor =>
                (string[])[floor.Metric, Value(floor, FormOf(result, floor)), Count(floor)]));
        }

        text.Append("\nCost\n\n");
        Table(text, ["T", "method", "enrolment, median (range)", "a frame", "epochs"], result.Costs.Select(cost => (string[])
            [$"{cost.Shots}", Title(cost.Method).ToLowerInvariant(),
                $"{Seconds(cost.EnrolmentSeconds)} ({Seconds(cost.LeastSeconds)} to {Seconds(cost.MostSeconds)})",
                $"{Number(cost.FrameMilliseconds, 1)} ms", cost.Epochs is { } epochs ? Number(epochs, 0) : None]));
        text.Append($"- measured on {string.Join("; ", result.Costs.Select(cost => cost.Machine).Distinct())}; a frame: landmarks to "
            + $"picture, in batches of {IdentityEvaluation.Batch}\n");
        text.Append("\nDefinitions\n\n");
        foreach (var form in measured)
            text.Append($"- {form.Metric}: {form.Definition}\n");
        text.Append($"\n{PaperTable.Caption}\n\n");
        Table(text, ["data", "method", .. PaperTable.Shots.Select(shots => $"T = {shots}: FID ↓ / SSIM ↑ / CSIM ↑ / USER ↓")],
            PaperTable.Rows.Select(row => (string[])
            [row.Data, row.Method, .. row.Cells.Select(cell => $"{Number(cell.Fid, 1)}{(cell.FidIsConfirmed ? "" : "†")} / "
                + $"{Number(cell.Ssim, 2)} / {Number(cell.Csim, 2)} / {Number(cell.User, 2)}")]));
        text.Append($"- {PaperTable.Mark}\n");
        return text.ToString();
    }

    /// <summary>What figures of the table are marked with, each mark once, with the metrics and the rows that it holds for.</summary>
    internal static IEnumerable<string> Marks(EvaluationResult result) =>
        from row in result.Rows
        from figure in row.Figures
        from mark in figure.Marks
        group (Row: row, figure.Metric) by mark into marked
        let rows = marked.Select(entry => entry.Row).Distinct().ToArray()
        let which = rows.Length == result.Rows.Count ? ""
        : $", {string.Join(", ", rows.Select(row => $"{Title(row.Method).ToLowerInvariant()} T = {row.Shots}"))}"
        select $"{string.Join(", ", marked.Select(entry => entry.Metric).Distinct())}{which}: {marked.Key}";

    internal static MetricForm FormOf(EvaluationResult result, Figure floor) =>
        result.Metrics.First(form => floor.Metric.StartsWith($"{form.Metric}:", StringComparison.Ordinal));

    internal static string Count(Figure figure) => figure.Against > 0 ? $"{figure.Against} / {figure.Frames}" : $"{figure.Frames}";

    // The best of all rows with as many source frames stands in bold.
    static string Emphasis(EvaluationResult result, ResultRow row, MetricForm form) =>
        IsBest(result, row, form) ? $"**{Value(row.Find(form), form)}**" : Value(row.Find(form), form);

    /// <summary>Whether no other row with as many source frames is better; a row that lacks many frames is not compared.</summary>
    internal static bool IsBest(EvaluationResult result, ResultRow row, MetricForm form)
    {
        var compared = result.Rows.Where(other => other.Shots == row.Shots && IsWhole(result, other, form))
            .Select(other => other.Find(form).Value).OfType<double>().ToArray();
        return row.Find(form).Value is { } value && IsWhole(result, row, form)
            && (form.HigherIsBetter ? value >= compared.Max() : value <= compared.Min());
    }

    /// <summary>Whether the figure rests on about as many frames as the fullest row of as many source frames.</summary>
    internal static bool IsWhole(EvaluationResult result, ResultRow row, MetricForm form) =>
        row.Find(form).Frames >= 0.9 * result.Rows.Where(other => other.Shots == row.Shots).Max(other => other.Find(form).Frames);

    static void Table(StringBuilder text, IReadOnlyList<string> headings, IEnumerable<string[]> rows)
    {
        text.Append($"| {string.Join(" | ", headings)} |\n|{string.Concat(headings.Select((_, i) => i < 2 ? " --- |" : " ---: |"))}\n");
        foreach (var row in rows)
            text.Append($"| {string.Join(" | ", row)} |\n");
        text.Append('\n');
    }
}

/// <summary>A row of the paper's own results: FID, SSIM, CSIM and the share of people who told the fake, at T = 1, 8 and 32.</summary>
sealed record PaperRow(string Data, string Method, IReadOnlyList<PaperCell> Cells);

/// <summary>A cell of it.</summary>
/// <param name="Fid">Lower is better.</param>
/// <param name="FidIsConfirmed">False where the number is recalled and not confirmed against the text.</param>
/// <param name="Ssim">Higher is better; recalled.</param>
/// <param name="Csim">Likewise.</param>
/// <param name="User">Lower is better, 0.33 is chance; recalled.</param>
sealed record PaperCell(double Fid, bool FidIsConfirmed, double Ssim, double Csim, double User);

/// <summary>The results of Zakharov et al. 2019, table 1, to stand beside an evaluation's: another dataset and another protocol.</summary>
static class PaperTable
{
    internal static readonly IReadOnlyList<int> Shots = [1, 8, 32];

    internal const string Caption =
        "The paper's own results (Zakharov et al. 2019): another dataset, other networks behind FID and CSIM, another choice of frames. "
        + "They show the order of magnitude; no number here compares with one above.";

    internal const string Mark = "FIDs marked † and every SSIM, CSIM and USER are recalled, not confirmed against the text. USER: people "
        + "picked the fake among three pictures; 0.33 is chance.";

    internal static readonly IReadOnlyList<PaperRow> Rows =
    [
        new("VoxCeleb1", "X2Face", [new(45.8, false, .68, .16, .82), new(51.5, false, .73, .17, .83), new(56.5, false, .75, .18, .85)]),
        new("VoxCeleb1", "Pix2pixHD", [new(42.7, false, .56, .09, .82), new(35.1, false, .64, .12, .79), new(24.0, false, .70, .16, .71)]),
        new("VoxCeleb1", "Paper", [new(43.0, true, .67, .15, .62), new(38.0, true, .71, .17, .62), new(29.5, true, .74, .19, .61)]),
        new("VoxCeleb2", "Paper, feed-forward", [new(46.1, false, .61, .42, .43), new(42.2, false, .64, .47, .40),
            new(40.4, false, .65, .48, .38)]),
        new("VoxCeleb2", "Paper, fine-tuned", [new(48.5, true, .64, .35, .46), new(42.2, true, .68, .42, .39),
            new(30.6, true, .72, .45, .33)]),
    ];
}

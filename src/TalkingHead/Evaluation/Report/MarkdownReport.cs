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
        Table(text, ["T", "method", .. measured.Select(Heading)], result.Rows.Select(row => (string[])[$"{row.Shots}", NameOf(row.Method),
            .. measured.Select(form => $"{Value(row, form)} {Spread(row.Find(form), form)} {Coverage(row.Find(form))}".Trim())]));
        foreach (var mark in Marks(result).Concat(Unmeasured(result)))
            text.Append($"- {mark}\n");
        if (result.Floors.Count > 0)
        {
            text.Append("\nFloors\n\n");
            Table(text, ["floor", "value", "N"], result.Floors.Select(floor =>
                (string[])[floor.Metric, ReportText.Value(floor, FormOf(result, floor)), Count(floor)]));
        }
        text.Append("\nCost\n\n");
        Table(text, ["T", "method", "enrolment, median (range)", "a frame", "epochs"], result.Costs.Select(cost => (string[])
            [$"{cost.Shots}", NameOf(cost.Method), $"{Seconds(cost.EnrolmentSeconds)} ({Range(cost)})", .. FrameAndEpochs(cost)]));
        text.Append($"- measured on {Machines(result)}; a frame: landmarks to picture, in batches of {IdentityEvaluation.Batch}\n");
        text.Append("\nDefinitions\n\n");
        foreach (var form in measured)
            text.Append($"- {form.Metric}: {form.Definition}\n");
        text.Append($"\n{PaperTable.Caption}\n\n");
        Table(text, ["data", "method", .. PaperTable.Shots.Select(shots => $"T = {shots}: {string.Join(" / ", PaperTable.Headings)}")],
            PaperTable.Rows.Select(row => (string[])[row.Data, row.Method, .. row.Cells.Select(cell => string.Join(" / ", cell.Texts))]));
        text.Append($"- {PaperTable.Mark}\n");
        return text.ToString();

        // The best of all rows with as many source frames stands in bold.
        string Value(ResultRow row, MetricForm form) =>
            IsBest(result, row, form) ? $"**{ReportText.Value(row.Find(form), form)}**" : ReportText.Value(row.Find(form), form);
    }

    static string NameOf(string method) => Title(method).ToLowerInvariant();

    static void Table(StringBuilder text, IReadOnlyList<string> headings, IEnumerable<string[]> rows)
    {
        text.Append($"| {string.Join(" | ", headings)} |\n|{string.Concat(headings.Select((_, i) => i < 2 ? " --- |" : " ---: |"))}\n");
        foreach (var row in rows)
            text.Append($"| {string.Join(" | ", row)} |\n");
        text.Append('\n');
    }
}

/// <summary>A row of the paper's own results at T = 1, 8 and 32.</summary>
sealed record PaperRow(string Data, string Method, IReadOnlyList<PaperCell> Cells);

/// <summary>A cell of it.</summary>
/// <param name="Fid">Lower is better.</param>
/// <param name="FidIsConfirmed">False where the number is recalled and not confirmed against the text.</param>
/// <param name="Ssim">Higher is better; recalled.</param>
/// <param name="Csim">Likewise.</param>
/// <param name="User">Share of people who told the fake; lower is better, 0.33 is chance; recalled.</param>
sealed record PaperCell(double Fid, bool FidIsConfirmed, double Ssim, double Csim, double User)
{
    internal string[] Texts => [Number(Fid, 1) + (FidIsConfirmed ? "" : "†"), Number(Ssim, 2), Number(Csim, 2), Number(User, 2)];
}

/// <summary>The results of Zakharov et al. 2019, table 1, to stand beside an evaluation's: another dataset and another protocol.</summary>
static class PaperTable
{
    internal static readonly IReadOnlyList<int> Shots = [1, 8, 32];

    internal static readonly string[] Headings = ["FID ↓", "SSIM ↑", "CSIM ↑", "USER ↓"];

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

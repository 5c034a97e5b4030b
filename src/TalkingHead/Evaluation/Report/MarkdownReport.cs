using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Report.ReportText;

namespace TalkingHead.Evaluation.Report;

/// <summary>The result as Markdown tables, to paste into a paper.</summary>
static class MarkdownReport
{
    internal static string Create(EvaluationResult result)
    {
        var (subject, measured) = (result.Subject, Measured(result));
        var results = Table(["T", "method", .. measured.Select(Heading)], result.Rows.Select(row => (string[])[$"{row.Shots}",
            NameOf(row.Method),
            .. measured.Select(form => $"{Value(row, form)} {Spread(row.Find(form), form)} {Coverage(row.Find(form))}".Trim())]));
        var floors = result.Floors.Count == 0 ? "" : "\nFloors\n\n" + Table(["floor", "value", "N"], result.Floors.Select(floor =>
            (string[])[floor.Metric, ReportText.Value(floor, FormOf(result, floor)), Count(floor)]));
        var costs = Table(["T", "method", "enrolment, median (range)", "a frame", "epochs"], result.Costs.Select(cost => (string[])
            [$"{cost.Shots}", NameOf(cost.Method), $"{Seconds(cost.EnrolmentSeconds)} ({Range(cost)})", .. FrameAndEpochs(cost)]));
        var figures = string.Join(" / ", PaperTable.Headings);
        var paper = Table(["data", "method", .. PaperTable.Shots.Select(shots => $"T = {shots}: {figures}")],
            PaperTable.Rows.Select(row => (string[])[row.Data, row.Method, .. row.Cells.Select(cell => cell.Replace(" ", " / "))]));
        return $"{subject.Run} (step {subject.Step}) on {subject.Dataset}, {result.Mode}: {subject.Identities} held-out people, one "
            + $"clip each, {subject.HoldOut} hold-out frames of {subject.Size}x{subject.Size}, apart from the T source "
            + $"frames; seed {subject.Seed}. Means over all frames, 95 % bootstrap intervals over people.\n\n{results}"
            + $"{Each(Marks(result).Concat(Unmeasured(result)), mark => $"- {mark}\n")}{floors}\nCost\n\n{costs}- measured on "
            + $"{Machines(result)}; a frame: landmarks to picture, in batches of {IdentityEvaluation.Batch}\n\nDefinitions\n\n"
            + $"{Each(measured, form => $"- {form.Metric}: {form.Definition}\n")}\n{PaperTable.Caption}\n\n{paper}- {PaperTable.Mark}\n";

        // The best of all rows with as many source frames stands in bold.
        string Value(ResultRow row, MetricForm form) =>
            IsBest(result, row, form) ? $"**{ReportText.Value(row.Find(form), form)}**" : ReportText.Value(row.Find(form), form);
    }

    static string NameOf(string method) => Title(method).ToLowerInvariant();

    static string Table(IReadOnlyList<string> headings, IEnumerable<string[]> rows) =>
        $"| {string.Join(" | ", headings)} |\n|{string.Concat(headings.Select((_, i) => i < 2 ? " --- |" : " ---: |"))}\n"
        + $"{Each(rows, row => $"| {string.Join(" | ", row)} |\n")}\n";
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

    // FID, SSIM, CSIM and the share of people who told the fake, at each T.
    internal static readonly (string Data, string Method, string[] Cells)[] Rows =
    [
        ("VoxCeleb1", "X2Face", ["45.8† 0.68 0.16 0.82", "51.5† 0.73 0.17 0.83", "56.5† 0.75 0.18 0.85"]),
        ("VoxCeleb1", "Pix2pixHD", ["42.7† 0.56 0.09 0.82", "35.1† 0.64 0.12 0.79", "24.0† 0.70 0.16 0.71"]),
        ("VoxCeleb1", "Paper", ["43.0 0.67 0.15 0.62", "38.0 0.71 0.17 0.62", "29.5 0.74 0.19 0.61"]),
        ("VoxCeleb2", "Paper, feed-forward", ["46.1† 0.61 0.42 0.43", "42.2† 0.64 0.47 0.40", "40.4† 0.65 0.48 0.38"]),
        ("VoxCeleb2", "Paper, fine-tuned", ["48.5 0.64 0.35 0.46", "42.2 0.68 0.42 0.39", "30.6 0.72 0.45 0.33"]),
    ];
}

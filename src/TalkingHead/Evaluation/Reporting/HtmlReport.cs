using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Reporting.ReportText;

namespace TalkingHead.Evaluation.Reporting;

/// <summary>The report as one page that needs nothing else: style, charts and pictures are in it, and there is no script.</summary>
static class HtmlReport
{
    static readonly string style = ReadStyle();

    internal static string Of(EvaluationResult result, Func<int, IReadOnlyDictionary<string, byte[]>> pictures)
    {
        var (subject, ranking) = (result.Subject, Ranking.Of(result));
        var title = $"{subject.Run}: {(result.Mode == "self-reenactment" ? "few-shot heads, evaluated" : "few-shot heads driven by others, evaluated")}";
        return $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <link rel="icon" href="data:,">
            <title>{Html(title)}</title>
            <style>
            {style}
            </style>
            </head>
            <body>
            <header>
            <p class="kicker">{(result.Mode == "self-reenactment" ? "Self-reenactment" : "Cross-reenactment")}</p>
            <h1>{Html(title)}</h1>
            {Lead(result, ranking)}
            <dl class="facts">
            {Fact("Run", $"{subject.Run}, step {subject.Step}")}{Fact("Dataset", subject.Dataset)}{Fact("People", $"{subject.Identities}, unseen in training")}{Fact("Hold-out", $"{subject.HoldOut} frames each, {subject.Identities * subject.HoldOut} in all")}{Fact("Source frames", $"T = {string.Join(", ", subject.Shots)}")}{Fact("Resolution", $"{subject.Size} × {subject.Size}")}{Fact("Seed", $"{subject.Seed}")}{(subject.Adapted ? Fact("Landmarks", "adapted to the person") : "")}
            </dl>
            </header>
            <main>
            {ReportTables.Results(result)}
            {CurveCharts.Of(result)}
            {(ranking is null ? "" : new Gallery(result, ranking, pictures).Html())}
            {ReportTables.Gains(result)}
            {(ranking is null ? "" : PeopleChart.Of(result, ranking))}
            {ReportTables.People(result)}
            {ReportTables.Floors(result)}
            {ReportTables.Costs(result)}
            {ReportTables.Paper()}
            {Definitions(result)}
            </main>
            <footer><p>Every generated picture on this page is synthetic. The figures stand in results.json, the times in timing.json, a table to paste in table.md.</p></footer>
            </body>
            </html>

            """;
    }

    static string Fact(string name, string value) => $"<div><dt>{name}</dt><dd>{Html(value)}</dd></div>";

    // The answer in a sentence: the row a reader asks for first, and whether it beats copying.
    static string Lead(EvaluationResult result, Ranking? ranking)
    {
        if (ranking is null)
            return "";
        var row = result.Rows.First(row => row.Method == ranking.Method && row.Shots == ranking.Shots);
        var figure = row.Of(ranking.Metric);
        var gain = result.Differences.FirstOrDefault(gain => gain.Metric == ranking.Metric.Metric && gain.Method == ranking.Method && gain.Than == "copy-nearest" && gain.Shots == ranking.Shots);
        var verdict = gain switch
        {
            null => "",
            _ when 2 * gain.Frames < figure.Frames + figure.Missing => "", // too few frames to say
            { Low: > 0 } => $", better than copying the nearest source frame by {Number(gain.Gain, Decimals(ranking.Metric))} (for {Number(100 * gain.Better, 0)} % of the people)",
            { High: < 0 } => $", worse than copying the nearest source frame by {Number(-gain.Gain, Decimals(ranking.Metric))} (better for {Number(100 * gain.Better, 0)} % of the people)",
            _ => ", not to be told apart from copying the nearest source frame",
        };
        return $"<p class=\"lead\">{Title(ranking.Method)} on {ranking.Shots} {(ranking.Shots == 1 ? "frame" : "frames")}, a new person reaches {Html(ranking.Metric.Metric)} {Value(figure, ranking.Metric)}{(ranking.Metric.Unit == "" ? "" : $" {ranking.Metric.Unit}")}{(Spread(figure, ranking.Metric) is { Length: > 0 } spread ? $" {spread}" : "")}{(Coverage(figure) is { Length: > 0 } frames ? $" on {frames}" : "")}{verdict}.</p>";
    }

    static string Definitions(EvaluationResult result) => $"""
        <section aria-labelledby="definitions"><h2 id="definitions">How it was measured</h2>
        <p>Each person is held out of training. {result.Subject.HoldOut} frames of one clip, chosen by the seed, are the hold-out; the T source frames are others of the same clip, and those of a smaller T are among those of a larger one. {(result.Mode == "self-reenactment" ? "The hold-out frames’ landmarks drive, and the frames themselves are the truth." : $"The next person’s hold-out landmarks drive, {(result.Subject.Adapted ? "their motion carried over to the person’s own face" : "as they are, without adaptation to the person’s face")}.")} Generated frames are rounded to 8 bits before anything is measured. <em>Fine-tuned</em> and <em>feed-forward</em> are the paper’s FT and FF; <em>copy nearest</em> shows the source frame whose landmarks are closest, unchanged; <em>mean frame</em> the average of the T source frames.</p>
        <dl class="definitions">{string.Concat(result.Metrics.Select(form => $"<div><dt>{Html(form.Metric)}</dt><dd>{Html(form.Definition)}.{(form.Reason is null ? "" : " <em>Not measured.</em>")}</dd></div>"))}</dl></section>
        """;

    static string ReadStyle()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd();
    }
}

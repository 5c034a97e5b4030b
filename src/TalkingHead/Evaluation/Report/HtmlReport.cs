using System.Text;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Report.ReportText;

namespace TalkingHead.Evaluation.Report;

/// <summary>The report as one page that needs nothing else: style, charts and pictures are in it, and there is no script.</summary>
static class HtmlReport
{
    const string Footer = "Every generated picture on this page is synthetic. The figures stand in results.json, the times in "
        + "timing.json, a table to paste in table.md.";

    static readonly string style = Resource("report.css");

    internal static string Create(EvaluationResult result, Func<int, IReadOnlyDictionary<string, byte[]>> pictures)
    {
        var (subject, ranking) = (result.Subject, Ranking.Create(result));
        var title = $"{subject.Run}: {(result.Mode == "self-reenactment" ? "few-shot heads, evaluated" : "few-shot heads driven by others, "
            + "evaluated")}";
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
            {Each(Facts(subject), fact => $"<div><dt>{fact.Name}</dt><dd>{Html(fact.Value)}</dd></div>")}
            </dl>
            </header>
            <main>
            {ReportTables.Results(result)}
            {CurveCharts.Create(result)}
            {(ranking is null ? "" : new Gallery(result, ranking, pictures).Html())}
            {ReportTables.Gains(result)}
            {(ranking is null ? "" : PeopleChart.Create(result, ranking))}
            {ReportTables.People(result)}
            {ReportTables.Floors(result)}
            {ReportTables.Costs(result)}
            {ReportTables.Paper()}
            {Definitions(result)}
            </main>
            <footer><p>{Footer}</p></footer>
            </body>
            </html>

            """;
    }

    static IEnumerable<(string Name, string Value)> Facts(EvaluationSubject subject) =>
    [
        ("Run", $"{subject.Run}, step {subject.Step}"),
        ("Dataset", subject.Dataset),
        ("People", $"{subject.Identities}, unseen in training"),
        ("Hold-out", $"{subject.HoldOut} frames each, {subject.Identities * subject.HoldOut} in all"),
        ("Source frames", $"T = {string.Join(", ", subject.Shots)}"),
        ("Resolution", $"{subject.Size} × {subject.Size}"),
        ("Seed", $"{subject.Seed}"),
        .. (subject.Adapted ? [("Landmarks", "adapted to the person")] : Array.Empty<(string, string)>()),
    ];

    // The answer in a sentence: the row a reader asks for first, and whether it beats copying.
    static string Lead(EvaluationResult result, Ranking? ranking)
    {
        if (ranking is null)
            return "";
        var row = result.Rows.First(row => row.Method == ranking.Method && row.Shots == ranking.Shots);
        var figure = row.Find(ranking.Metric);
        var gain = result.Differences.FirstOrDefault(gain =>
            gain.Metric == ranking.Metric.Metric && gain.Method == ranking.Method && gain.Than == "copy-nearest"
            && gain.Shots == ranking.Shots);
        var verdict = gain switch
        {
            null => "",
            _ when 2 * gain.Frames < figure.Frames + figure.Missing => "", // too few frames to say
            { Low: > 0 } => $", better than copying the nearest source "
                + $"frame by {Number(gain.Gain, Decimals(ranking.Metric))} (for {Number(100 * gain.Better, 0)} % of the people)",
            { High: < 0 } => $", worse than copying the nearest source "
            + $"frame by {Number(-gain.Gain, Decimals(ranking.Metric))} (better for {Number(100 * gain.Better, 0)} % of the people)",
            _ => ", not to be told apart from copying the nearest source frame",
        };
        var source = $"{ranking.Shots} {(ranking.Shots == 1 ? "frame" : "frames")}";
        var unit = ranking.Metric.Unit == "" ? "" : $" {ranking.Metric.Unit}";
        var spread = Spread(figure, ranking.Metric) is { Length: > 0 } interval ? $" {interval}" : "";
        var coverage = Coverage(figure) is { Length: > 0 } frames ? $" on {frames}" : "";
        return $"<p class=\"lead\">{Title(ranking.Method)} on {source}, a new person reaches {Html(ranking.Metric.Metric)} "
            + $"{Value(figure, ranking.Metric)}{unit}{spread}{coverage}{verdict}.</p>";
    }

    static string Definitions(EvaluationResult result)
    {
        var adapted = result.Subject.Adapted ? "their motion carried over to the person’s own face"
            : "as they are, without adaptation to the person’s face";
        var drive = result.Mode == "self-reenactment" ? "The hold-out frames’ landmarks drive, and the frames themselves are the truth."
            : $"The next person’s hold-out landmarks drive, {adapted}.";
        var protocol = $"Each person is held out of training. {result.Subject.HoldOut} frames of one clip, chosen by the seed, are the "
            + "hold-out; the T source frames are others of the same clip, and those of a smaller T are among those of a larger one. "
            + $"{drive} Generated frames are rounded to 8 bits before anything is measured. <em>Fine-tuned</em> and <em>feed-forward</em> "
            + "are the paper’s FT and FF; <em>copy nearest</em> shows the source frame whose landmarks are closest, unchanged; "
            + "<em>mean frame</em> the average of the T source frames.";
        var metrics = Each(result.Metrics, form => $"<div><dt>{Html(form.Metric)}</dt><dd>{Html(form.Definition)}."
            + $"{(form.Reason is null ? "" : " <em>Not measured.</em>")}</dd></div>");
        return Section("definitions", "How it was measured", $"<p>{protocol}</p>\n<dl class=\"definitions\">{metrics}</dl>");
    }
}

/// <summary>
/// Pictures of the best, the middle and the worst person: what was shown, what drove, the truth, and each method's frame.
/// </summary>
sealed class Gallery(EvaluationResult result, Ranking ranking, Func<int, IReadOnlyDictionary<string, byte[]>> pictures)
{
    readonly string[] methods = [.. result.Rows.Select(row => row.Method).Distinct()
        .OrderBy(method => method switch { "feed-forward" => 0, "fine-tuned" => 1, "copy-nearest" => 2, _ => 3 })];

    internal string Html()
    {
        var metric = ReportText.Html(ranking.Metric.Metric);
        var people = ranking.Order.Count > 2 ? "the best, the median and the worst person" : "the people";
        var about = $"The middle hold-out frame of {people} by {metric} ({Title(ranking.Method).ToLowerInvariant()}, T = {ranking.Shots}). "
            + "Which frame is shown was settled before anything was generated. Below each picture: "
            + $"{metric} over all of the person's frames.";
        var examples = Each(ranking.Examples(), example => Person(example.Word, example.Person));
        return Section("gallery", "What it looks like", $"<p>{about}</p>\n{examples}");
    }

    string Person(string word, int person)
    {
        var (found, shown) = (result.Identities[person], pictures(person));
        var cross = found.Driver != found.Clip;
        var html = new StringBuilder();
        var driver = cross ? $" <span class=\"dim\">driven by {ReportText.Html(found.Driver)}</span>" : "";
        string[] headings = ["Source frames", "Landmark image", cross ? "Driver" : "Truth", .. methods.Select(Title)];
        html.Append($"""
            <div class="person"><h3>{Tag(word)} {ReportText.Html(found.Identity)}{driver}</h3>
            {Scroll($"Pictures of {found.Identity}")}<table class="pictures"><thead><tr><td></td>
            {Each(headings, heading => $"<th scope=\"col\">{heading}</th>")}</tr></thead><tbody>
            """);
        foreach (var shots in result.Subject.Shots)
        {
            html.Append($"<tr><th scope=\"row\">T&nbsp;=&nbsp;{shots}</th><td>{Sources(shown, shots)}</td>");
            html.Append($"<td>{Picture(shown, "landmarks", "the landmark image that drives")}</td>");
            html.Append($"<td>{Picture(shown, "truth", cross ? "the driver's frame" : "the true frame")}</td>");
            foreach (var method in methods)
                html.Append(
                    $"<td>{Picture(shown, $"{method}/{shots}", $"{Title(method)}, T = {shots}")}{Caption(found, method, shots)}</td>");
            html.Append("</tr>");
        }

        return html.Append("</tbody></table></div></div>").ToString();
    }

    string Caption(IdentityResult person, string method, int shots) =>
        ranking.Figure(person, method, shots) is { } figure ? $"<span class=\"value\">{Value(figure, ranking.Metric)}</span>" : "";

    static string Sources(IReadOnlyDictionary<string, byte[]> shown, int shots)
    {
        var kept = Enumerable.Range(0, shots).TakeWhile(i => shown.ContainsKey($"source-{i}")).ToArray();
        var more = shots > kept.Length ? $"<span class=\"value\">and {shots - kept.Length} more</span>" : "";
        var columns = kept.Length == 1 ? 1 : kept.Length <= 4 ? 2 : 3;
        return $"<div class=\"sources n{columns}\">{Each(kept, i => Picture(shown, $"source-{i}", $"source frame {i + 1}"))}</div>{more}";
    }

    static string Picture(IReadOnlyDictionary<string, byte[]> shown, string name, string words) => shown.TryGetValue(name, out var bytes)
        ? $"<img alt=\"{ReportText.Html(words)}\" src=\"{DataAddress(bytes)}\">"
        : "";
}

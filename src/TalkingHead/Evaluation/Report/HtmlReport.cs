using System.Text.RegularExpressions;
using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Report.ReportText;

namespace TalkingHead.Evaluation.Report;

/// <summary>The report as one page that needs nothing else: style, charts and pictures are in it, and there is no script.</summary>
static partial class HtmlReport
{
    static readonly string page = Resource("report.html"), style = Resource("report.css");

    internal static string Create(EvaluationResult result, Func<int, IReadOnlyDictionary<string, byte[]>> pictures)
    {
        var (subject, ranking) = (result.Subject, Ranking.Create(result));
        var self = result.Mode == "self-reenactment";
        var parts = new Dictionary<string, string>
        {
            ["title"] = Html($"{subject.Run}: few-shot heads{(self ? "" : " driven by others")}, evaluated"),
            ["style"] = style,
            ["kicker"] = $"{(self ? "Self" : "Cross")}-reenactment",
            ["lead"] = ranking is null ? "" : Lead(result, ranking),
            ["facts"] = Fact("Run", $"{subject.Run}, step {subject.Step}") + Fact("Dataset", subject.Dataset)
                + Fact("People", $"{subject.Identities}, unseen in training")
                + Fact("Hold-out", $"{subject.HoldOut} frames each, {subject.Identities * subject.HoldOut} in all")
                + Fact("Source frames", $"T = {string.Join(", ", subject.Shots)}") + Fact("Resolution", $"{subject.Size} × {subject.Size}")
                + Fact("Seed", $"{subject.Seed}") + (subject.Adapted ? Fact("Landmarks", "adapted to the person") : ""),
            ["sections"] = string.Join('\n', ReportTables.Results(result), CurveCharts.Create(result),
                ranking is null ? "" : Gallery.Create(result, ranking, pictures), ReportTables.Gains(result),
                ranking is null ? "" : PeopleChart.Create(result, ranking), ReportTables.People(result), ReportTables.Floors(result),
                ReportTables.Costs(result), ReportTables.Paper()),
            ["holdout"] = $"{subject.HoldOut}",
            ["drive"] = self ? "The hold-out frames’ landmarks drive, and the frames themselves are the truth."
                : "The next person’s hold-out landmarks drive, " + (subject.Adapted ? "their motion carried over to the person’s own face."
                : "as they are, without adaptation to the person’s face."),
            ["definitions"] = Each(result.Metrics, form => $"<div><dt>{Html(form.Metric)}</dt><dd>{Html(form.Definition)}."
                + $"{(form.Reason is null ? "" : " <em>Not measured.</em>")}</dd></div>"),
        };
        return Part().Replace(page, part => parts[part.Groups[1].Value]) + "\n";
    }

    static string Fact(string name, string value) => $"<div><dt>{name}</dt><dd>{Html(value)}</dd></div>";

    [GeneratedRegex("{([a-z]+)}")]
    private static partial Regex Part();

    // The answer in a sentence: the row a reader asks for first, and whether it beats copying.
    static string Lead(EvaluationResult result, Ranking ranking)
    {
        var metric = ranking.Metric;
        var figure = result.Rows.First(row => (row.Method, row.Shots) == (ranking.Method, ranking.Shots)).Find(metric);
        var gain = result.Differences.FirstOrDefault(gain => (gain.Metric, gain.Method, gain.Than, gain.Shots)
            == (metric.Metric, ranking.Method, Method.CopyNearest, ranking.Shots));
        const string copying = "copying the nearest source frame";
        var verdict = gain switch
        {
            null => "",
            _ when 2 * gain.Frames < figure.Frames + figure.Missing => "", // too few frames to say
            { Low: > 0 } => $", better than {copying} by {Number(gain.Gain, Decimals(metric))} (for {Share(gain)} of the people)",
            { High: < 0 } => $", worse than {copying} by {Number(-gain.Gain, Decimals(metric))} (better for {Share(gain)} of the people)",
            _ => $", not to be told apart from {copying}",
        };
        var coverage = Coverage(figure) is { Length: > 0 } frames ? $"on {frames}" : "";
        string[] reached = [Html(metric.Metric), Value(figure, metric), metric.Unit, Spread(figure, metric), coverage];
        return $"<p class=\"lead\">{Title(ranking.Method)} on {ranking.Shots} {(ranking.Shots == 1 ? "frame" : "frames")}, a new person "
            + $"reaches {string.Join(' ', reached.Where(word => word != ""))}{verdict}.</p>";

        static string Share(Difference gain) => $"{Number(100 * gain.Better, 0)} %";
    }
}

/// <summary>Pictures of the best, the middle and the worst person: what was shown, what drove, the truth, each method's frame.</summary>
static class Gallery
{
    internal static string Create(EvaluationResult result, Ranking ranking, Func<int, IReadOnlyDictionary<string, byte[]>> pictures)
    {
        var metric = Html(ranking.Metric.Metric);
        var people = ranking.Order.Count > 2 ? "the best, the median and the worst person" : "the people";
        var about = $"The middle hold-out frame of {people} by {metric} ({Title(ranking.Method).ToLowerInvariant()}, T = {ranking.Shots}). "
            + "Which frame is shown was settled before anything was generated. Below each picture: "
            + $"{metric} over all of the person's frames.";
        var examples = Each(ranking.Examples(), example =>
            Person(result, ranking, example.Word, result.Identities[example.Person], pictures(example.Person)));
        return Section("gallery", "What it looks like", $"<p>{about}</p>\n{examples}");
    }

    static string Person(EvaluationResult result, Ranking ranking, string word, IdentityResult person,
        IReadOnlyDictionary<string, byte[]> shown)
    {
        string[] methods = [.. result.Rows.Select(row => row.Method).Distinct().OrderBy(method =>
            method switch { Method.FeedForward => 0, Method.FineTuned => 1, Method.CopyNearest => 2, _ => 3 })];
        var cross = person.Driver != person.Clip;
        var driver = cross ? $" <span class=\"dim\">driven by {Html(person.Driver)}</span>" : "";
        string[] headings = ["Source frames", "Landmark image", cross ? "Driver" : "Truth", .. methods.Select(Title)];
        var rows = Each(result.Subject.Shots, shots => $"<tr><th scope=\"row\">T&nbsp;=&nbsp;{shots}</th><td>{Sources(shots)}</td>"
            + $"<td>{Picture("landmarks", "the landmark image that drives")}</td>"
            + $"<td>{Picture("truth", cross ? "the driver's frame" : "the true frame")}</td>"
            + $"{Each(methods, method => Cell(method, shots))}</tr>");
        return $"""
            <div class="person"><h3>{Tag(word)} {Html(person.Identity)}{driver}</h3>
            {Scroll($"Pictures of {person.Identity}")}<table class="pictures"><thead><tr><td></td>
            {Each(headings, heading => $"<th scope=\"col\">{heading}</th>")}</tr></thead><tbody>{rows}</tbody></table></div></div>
            """;

        string Cell(string method, int shots) => $"<td>{Picture($"{method}/{shots}", $"{Title(method)}, T = {shots}")}"
            + (ranking.Figure(person, method, shots) is { } figure ? $"<span class=\"value\">{Value(figure, ranking.Metric)}</span>" : "")
            + "</td>";

        string Sources(int shots)
        {
            var kept = Enumerable.Range(0, shots).TakeWhile(i => shown.ContainsKey($"source-{i}")).ToArray();
            var more = shots > kept.Length ? $"<span class=\"value\">and {shots - kept.Length} more</span>" : "";
            var columns = kept.Length == 1 ? 1 : kept.Length <= 4 ? 2 : 3;
            return $"<div class=\"sources n{columns}\">{Each(kept, i => Picture($"source-{i}", $"source frame {i + 1}"))}</div>{more}";
        }

        string Picture(string name, string words) =>
            shown.TryGetValue(name, out var bytes) ? $"<img alt=\"{Html(words)}\" src=\"{DataAddress(bytes)}\">" : "";
    }
}

using System.Text;
using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Reporting.ReportText;

namespace TalkingHead.Evaluation.Reporting;

/// <summary>Pictures of the best, the middle and the worst person: what was shown, what drove, the truth, and each method's frame.</summary>
sealed class Gallery(EvaluationResult result, Ranking ranking, Func<int, IReadOnlyDictionary<string, byte[]>> pictures)
{
    readonly string[] methods = [.. result.Rows.Select(row => row.Method).Distinct().OrderBy(method => method switch { "feed-forward" => 0, "fine-tuned" => 1, "copy-nearest" => 2, _ => 3 })];

    internal string Html() => $"""
        <section aria-labelledby="gallery"><h2 id="gallery">What it looks like</h2>
        <p>The middle hold-out frame of {(ranking.Order.Count > 2 ? "the best, the median and the worst person" : "the people")} by {ReportText.Html(ranking.Metric.Metric)} ({Title(ranking.Method).ToLowerInvariant()}, T = {ranking.Shots}). Which frame is shown was settled before anything was generated. Below each picture: {ReportText.Html(ranking.Metric.Metric)} over all of the person's frames.</p>
        {string.Concat(ranking.Examples().Select(example => Person(example.Word, example.Person)))}</section>
        """;

    string Person(string word, int person)
    {
        var (found, shown) = (result.Identities[person], pictures(person));
        var cross = found.Driver != found.Clip;
        var html = new StringBuilder();
        html.Append($"""
            <div class="person"><h3><span class="tag">{word}</span> {ReportText.Html(found.Identity)}{(cross ? $" <span class=\"dim\">driven by {ReportText.Html(found.Driver)}</span>" : "")}</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="{ReportText.Html($"Pictures of {found.Identity}")}"><table class="pictures"><thead><tr><td></td>
            {string.Concat(((string[])["Source frames", "Landmark image", cross ? "Driver" : "Truth", .. methods.Select(Title)]).Select(heading => $"<th scope=\"col\">{heading}</th>"))}</tr></thead><tbody>
            """);
        foreach (var shots in result.Subject.Shots)
        {
            html.Append($"<tr><th scope=\"row\">T&nbsp;=&nbsp;{shots}</th><td>{Sources(shown, shots)}</td>");
            html.Append($"<td>{Picture(shown, "landmarks", "the landmark image that drives")}</td><td>{Picture(shown, "truth", cross ? "the driver's frame" : "the true frame")}</td>");
            foreach (var method in methods)
                html.Append($"<td>{Picture(shown, $"{method}/{shots}", $"{Title(method)}, T = {shots}")}{Caption(found, method, shots)}</td>");
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
        return $"<div class=\"sources n{(kept.Length == 1 ? 1 : kept.Length <= 4 ? 2 : 3)}\">{string.Concat(kept.Select(i => Picture(shown, $"source-{i}", $"source frame {i + 1}")))}</div>{more}";
    }

    static string Picture(IReadOnlyDictionary<string, byte[]> shown, string name, string words) => shown.TryGetValue(name, out var bytes)
        ? $"<img alt=\"{ReportText.Html(words)}\" src=\"data:image/{(bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, 0x50]) ? "png" : "jpeg")};base64,{Convert.ToBase64String(bytes)}\">"
        : "";
}

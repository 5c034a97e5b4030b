using System.Text;
using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Reporting.ReportText;
using static TalkingHead.Evaluation.Reporting.Svg;

namespace TalkingHead.Evaluation.Reporting;

/// <summary>Everybody in one chart, from the best to the worst: each method's mean over the person's frames.</summary>
static class PeopleChart
{
    const int Width = 720, Left = 150, Right = 18, Top = 26, Line = 19, LongestName = 22;

    internal static string Of(EvaluationResult result, Ranking ranking)
    {
        string[] methods = [.. result.Rows.Where(row => row.Shots == ranking.Shots).Select(row => row.Method)];
        var height = Top + ranking.Order.Count * Line + 24;
        var figures = ranking.Order.SelectMany(person => methods.Select(method => ranking.Figure(result.Identities[person], method))).OfType<Figure>().ToArray();
        var axis = new Axis(figures.Select(figure => figure.Value).OfType<double>(), Left, Width - Right, 8);
        var svg = new StringBuilder();
        foreach (var tick in axis.Ticks)
            svg.Append($"<line class=\"grid\" x1=\"{N(axis.At(tick))}\" x2=\"{N(axis.At(tick))}\" y1=\"{Top - 6}\" y2=\"{height - 20}\"/><text class=\"tick\" x=\"{N(axis.At(tick))}\" y=\"{Top - 12}\" text-anchor=\"middle\">{axis.Label(tick)}</text><text class=\"tick\" x=\"{N(axis.At(tick))}\" y=\"{height - 5}\" text-anchor=\"middle\">{axis.Label(tick)}</text>");
        for (var i = 0; i < ranking.Order.Count; i++)
            Person(svg, result.Identities[ranking.Order[i]], ranking, methods, axis, Top + Line * (i + 0.5));
        return $"""
            <section aria-labelledby="people"><h2 id="people">Person by person</h2>
            <p>{Html(ranking.Metric.Metric)} of each of the {ranking.Order.Count} people at T = {ranking.Shots}, in order of {Title(ranking.Method).ToLowerInvariant()}; {(ranking.Metric.HigherIsBetter ? "further right" : "further left")} is better.</p>
            {Legend(methods)}
            <div class="scroll" tabindex="0" role="region" aria-label="Chart of people"><svg class="people" viewBox="0 0 {Width} {height}" role="img" aria-label="{Html($"{ranking.Metric.Metric} of each person; the same figures stand in the table of people below.")}">{svg}</svg></div></section>
            """;
    }

    static void Person(StringBuilder svg, IdentityResult person, Ranking ranking, string[] methods, Axis axis, double y)
    {
        var places = methods.Select(method => (method, ranking.Figure(person, method)?.Value)).Where(entry => entry.Value is not null).Select(entry => (entry.method, X: axis.At(entry.Value!.Value))).ToArray();
        var name = person.Identity.Length <= LongestName ? person.Identity : person.Identity[..(LongestName - 1)] + "…";
        svg.Append($"<text class=\"name\" x=\"{Left - 12}\" y=\"{N(y + 4)}\" text-anchor=\"end\">{Html(name)}</text>");
        if (places.Length > 0)
            svg.Append($"<line class=\"span\" x1=\"{N(places.Min(place => place.X))}\" x2=\"{N(places.Max(place => place.X))}\" y1=\"{N(y)}\" y2=\"{N(y)}\"/>");
        foreach (var (method, x) in places.Reverse())
            svg.Append($"<g class=\"{method}\">{Mark(method, x, y, 4.2)}</g>");
    }
}

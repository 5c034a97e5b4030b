using System.Text;
using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Reporting.ReportText;

namespace TalkingHead.Evaluation.Reporting;

/// <summary>The report's tables.</summary>
static class ReportTables
{
    internal static string Results(EvaluationResult result)
    {
        var measured = Measured(result);
        var html = new StringBuilder();
        foreach (var shots in result.Subject.Shots)
        {
            html.Append($"<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{measured.Count + 1}\">T = {shots}</th></tr>");
            foreach (var row in result.Rows.Where(row => row.Shots == shots))
            {
                html.Append($"<tr class=\"{row.Method}\"><th scope=\"row\"><span class=\"dot\"></span>{Title(row.Method)}</th>");
                foreach (var form in measured)
                    html.Append(Cell(row.Of(form), form, MarkdownReport.IsBest(result, row, form)));
                html.Append("</tr>");
            }

            html.Append("</tbody>");
        }

        var notes = MarkdownReport.Marks(result).Concat(Unmeasured(result).Select(entry => $"{entry.Metrics}: not measured: {entry.Reason}")).Concat(result.Notes);
        return $"""
            <section aria-labelledby="results"><h2 id="results">Results</h2>
            {Table("Results", ["Method", .. measured.Select(Heading)], html.ToString(), "Means over all frames, with 95 % bootstrap intervals over people. The best of each T is in bold; rows in which many frames lack a face are left out of that.")}
            {List(notes)}</section>
            """;
    }

    internal static string Gains(EvaluationResult result)
    {
        var measured = Measured(result).Where(form => result.Differences.Any(difference => difference.Metric == form.Metric)).ToArray();
        if (measured.Length == 0)
            return "";
        var frames = result.Subject.Identities * result.Subject.HoldOut;
        var html = new StringBuilder();
        foreach (var shots in result.Differences.GroupBy(difference => difference.Shots))
        {
            html.Append($"<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{measured.Length + 1}\">T = {shots.Key}</th></tr>");
            foreach (var rows in shots.GroupBy(difference => (difference.Method, difference.Than)))
            {
                html.Append($"<tr><th scope=\"row\">{Title(rows.Key.Method)} over {Title(rows.Key.Than).ToLowerInvariant()}</th>");
                foreach (var form in measured)
                    html.Append(rows.FirstOrDefault(row => row.Metric == form.Metric) is { } gain ? Gain(gain, form, frames) : $"<td>{None}</td>");
                html.Append("</tr>");
            }

            html.Append("</tbody>");
        }

        return $"""
            <section aria-labelledby="gains"><h2 id="gains">Who beats whom</h2>
            {Table("Gains", ["Gain", .. measured.Select(form => form.Unit == "" ? form.Metric : $"{form.Metric} {form.Unit}")], html.ToString(),
            "Differences frame by frame, turned so that + is better in every column, with 95 % intervals over people, and the share of people who gain. Better and worse: the interval leaves zero out. No gain is given where fewer than half of the frames can be compared. A model that does not beat copying the nearest source frame has learned nothing useful.")}</section>
            """;
    }

    internal static string Floors(EvaluationResult result) => result.Floors.Count == 0 ? "" : $"""
        <section aria-labelledby="floors"><h2 id="floors">Floors</h2>
        {Table("Floors", ["Measured between real frames only", "Value", "Frames"], Body(result.Floors.Select(floor => (floor.Metric, (string[])
            [$"{Value(floor, MarkdownReport.FormOf(result, floor))}<small>{Spread(floor, MarkdownReport.FormOf(result, floor))} {Html(string.Join("; ", floor.Marks))}</small>", MarkdownReport.Count(floor)]))),
            "No method gets below these: the noise of the detector, and FID between halves of the real frames, each half as many as the rows above have.")}</section>
        """;

    internal static string Costs(EvaluationResult result) => result.Costs.Count == 0 ? "" : $"""
        <section aria-labelledby="costs"><h2 id="costs">What it takes</h2>
        {Table("Costs", ["Head", "Enrolment, median", "Range", "A frame", "Epochs"], Body(result.Costs.Select(cost => ($"{Title(cost.Method)}, T = {cost.Shots}", (string[])
            [Seconds(cost.EnrolmentSeconds), $"{Seconds(cost.LeastSeconds)} to {Seconds(cost.MostSeconds)}", $"{Number(cost.FrameMilliseconds, 1)} ms", cost.Epochs is { } epochs ? Number(epochs, 0) : None]))),
            $"Enrolment: from source frames to a head ready for use. A frame: from landmarks to a picture in memory, in batches of {IdentityTrial.Batch}. Measured on {string.Join("; ", result.Costs.Select(cost => cost.Machine).Distinct())}.")}</section>
        """;

    internal static string People(EvaluationResult result)
    {
        if (result.Identities[0].Rows[0].Figures.Count == 0)
            return "";
        MetricForm[] forms = [.. result.Identities[0].Rows[0].Figures.Select(figure => result.Metrics.First(form => form.Metric == figure.Metric))];
        var rows = from person in result.Identities
                   from row in person.Rows
                   select $"<tr class=\"{row.Method}\"><th scope=\"row\">{Html(person.Identity)}</th><td class=\"text\">{Title(row.Method)}</td><td>{row.Shots}</td>{string.Concat(forms.Select(form => Cell(row.Of(form), form, false)))}</tr>";
        return $"""
            <details><summary>All figures of every person</summary>
            {Table("People", ["Person", "Method", "T", .. forms.Select(Heading)], $"<tbody>{string.Concat(rows)}</tbody>", "Means over the person's hold-out frames, with 95 % bootstrap intervals over these frames.")}</details>
            """;
    }

    internal static string Paper() => $"""
        <section aria-labelledby="paper" class="aside"><h2 id="paper">The paper’s own table <span class="tag">another dataset and protocol</span></h2>
        {Table("Paper", ["Method", .. PaperTable.Shots.SelectMany(_ => (string[])["FID ↓", "SSIM ↑", "CSIM ↑", "USER ↓"])],
            Body(PaperTable.Rows.Select(row => ($"{row.Data}: {row.Method}", (string[])[.. row.Cells.SelectMany(cell => (string[])
                [$"{Number(cell.Fid, 1)}{(cell.FidIsConfirmed ? "" : "†")}", Number(cell.Ssim, 2), Number(cell.Csim, 2), Number(cell.User, 2)])]))), PaperTable.Caption,
            $"<tr class=\"span\"><td></td>{string.Concat(PaperTable.Shots.Select(shots => $"<th scope=\"colgroup\" colspan=\"4\">T = {shots}</th>"))}</tr>")}
        <p class="note">{PaperTable.Mark}</p></section>
        """;

    static string Body(IEnumerable<(string Heading, string[] Cells)> rows) =>
        $"<tbody>{string.Concat(rows.Select(row => $"<tr><th scope=\"row\">{Html(row.Heading)}</th>{string.Concat(row.Cells.Select(cell => $"<td>{cell}</td>"))}</tr>"))}</tbody>";

    static string Table(string name, IReadOnlyList<string> headings, string body, string caption, string above = "") => $"""
        <div class="scroll" tabindex="0" role="region" aria-label="{name}"><table class="figures"><caption class="unseen">{name}</caption><thead>{above}<tr>{string.Concat(headings.Select(heading => $"<th scope=\"col\">{Html(heading)}</th>"))}</tr></thead>{body}</table></div>
        <p class="note">{Html(caption)}</p>
        """;

    static string Cell(Figure figure, MetricForm form, bool best)
    {
        var value = best ? $"<strong>{Value(figure, form)}</strong>" : Value(figure, form);
        return $"<td>{value}{Small(Spread(figure, form))}{Small(Coverage(figure))}</td>";
    }

    static string Small(string text) => text == "" ? "" : $"<small>{text}</small>";

    static string Gain(Difference gain, MetricForm form, int frames)
    {
        var missing = gain.Frames < frames ? $"{gain.Frames} of {frames} frames" : "";
        if (2 * gain.Frames < frames)
            return $"<td>{None}{Small(missing)}</td>";
        var word = (gain.Low, gain.High) switch { ( > 0, _) => "better", (_, < 0) => "worse", _ => "" };
        var interval = gain.Low is { } low && gain.High is { } high ? $"[{Signed(low, Decimals(form))}, {Signed(high, Decimals(form))}]" : "";
        return $"<td class=\"{word}\">{Signed(gain.Gain, Decimals(form))}{Small(interval)}{Small($"{(word == "" ? "" : $"{word}, ")}{Number(100 * gain.Better, 0)} % gain")}{Small(missing)}</td>";
    }

    internal static string List(IEnumerable<string> notes)
    {
        var items = string.Concat(notes.Select(note => $"<li>{Html(note)}</li>"));
        return items == "" ? "" : $"<ul class=\"note\">{items}</ul>";
    }
}

using System.Globalization;
using System.Net;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using static TalkingHead.Evaluation.Report.ReportText;

namespace TalkingHead.Evaluation.Report;

/// <summary>The report's tables.</summary>
static class ReportTables
{
    internal static string Results(EvaluationResult result)
    {
        var measured = Measured(result);
        var groups = result.Subject.Shots.Select(shots => Group(shots, measured.Count,
            from row in result.Rows
            where row.Shots == shots
            let cells = measured.Select(form => Cell(row.Find(form), form, IsBest(result, row, form)))
            select ($" class=\"{row.Method}\"", $"<span class=\"dot\"></span>{Title(row.Method)}", string.Concat(cells))));
        var notes = Each(Marks(result).Concat(Unmeasured(result)).Concat(result.Notes), note => $"<li>{Html(note)}</li>");
        const string caption = "Means over all frames, with 95 % bootstrap intervals over people. The best of each T is in bold; rows in "
            + "which many frames lack a face are left out of that.";
        var table = Table("Results", ["Method", .. measured.Select(Heading)], string.Concat(groups), caption);
        return Section("results", "Results", $"{table}\n{(notes == "" ? "" : $"<ul class=\"note\">{notes}</ul>")}");
    }

    internal static string Gains(EvaluationResult result)
    {
        var measured = Measured(result).Where(form => result.Differences.Any(difference => difference.Metric == form.Metric)).ToArray();
        if (measured.Length == 0)
            return "";
        var frames = result.Subject.Identities * result.Subject.HoldOut;
        var groups = result.Differences.GroupBy(difference => difference.Shots).Select(shots => Group(shots.Key, measured.Length,
            from rows in shots.GroupBy(difference => (difference.Method, difference.Than))
            let cells = measured.Select(form => rows.FirstOrDefault(row => row.Metric == form.Metric) is { } gain
                ? Gain(gain, form, frames) : $"<td>{None}</td>")
            select ("", $"{Title(rows.Key.Method)} over {Title(rows.Key.Than).ToLowerInvariant()}", string.Concat(cells))));
        var headings = measured.Select(form => form.Unit == "" ? form.Metric : $"{form.Metric} {form.Unit}");
        const string caption = "Differences frame by frame, turned so that + is better in every column, with 95 % intervals over people, "
            + "and the share of people who gain. Better and worse: the interval leaves zero out. No gain is given where fewer than half of "
            + "the frames can be compared. A model that does not beat copying the nearest source frame has learned nothing useful.";
        return Section("gains", "Who beats whom", Table("Gains", ["Gain", .. headings], string.Concat(groups), caption));
    }

    internal static string Floors(EvaluationResult result)
    {
        if (result.Floors.Count == 0)
            return "";
        var rows = from floor in result.Floors
                   let form = FormOf(result, floor)
                   let spread = $"{Spread(floor, form)} {Html(string.Join("; ", floor.Marks))}"
                   select (floor.Metric, (string[])[$"{Value(floor, form)}<small>{spread}</small>", Count(floor)]);
        const string caption = "No method gets below these: the noise of the detector, and FID between halves of the real frames, each "
            + "half as many as the rows above have.";
        return Section("floors", "Floors", Table("Floors", ["Measured between real frames only", "Value", "Frames"], Body(rows), caption));
    }

    internal static string Costs(EvaluationResult result)
    {
        if (result.Costs.Count == 0)
            return "";
        var rows = result.Costs.Select(cost => ($"{Title(cost.Method)}, T = {cost.Shots}",
            (string[])[Seconds(cost.EnrolmentSeconds), Range(cost), .. FrameAndEpochs(cost)]));
        var caption = "Enrolment: from source frames to a head ready for use. A frame: from landmarks to a picture in memory, in batches "
            + $"of {IdentityEvaluation.Batch}. Measured on {Machines(result)}.";
        string[] headings = ["Head", "Enrolment, median", "Range", "A frame", "Epochs"];
        return Section("costs", "What it takes", Table("Costs", headings, Body(rows), caption));
    }

    internal static string People(EvaluationResult result)
    {
        var forms = OfFrames(result);
        if (forms.Length == 0)
            return "";
        var rows = from person in result.Identities
                   from row in person.Rows
                   select $"<tr class=\"{row.Method}\"><th scope=\"row\">{Html(person.Identity)}</th>"
                       + $"<td class=\"text\">{Title(row.Method)}</td><td>{row.Shots}</td>"
                       + $"{Each(forms, form => Cell(row.Find(form), form, false))}</tr>";
        string[] headings = ["Person", "Method", "T", .. forms.Select(Heading)];
        const string caption = "Means over the person's hold-out frames, with 95 % bootstrap intervals over these frames.";
        return $"""
            <details><summary>All figures of every person</summary>
            {Table("People", headings, $"<tbody>{string.Concat(rows)}</tbody>", caption)}</details>
            """;
    }

    internal static string Paper()
    {
        string[] headings = ["Method", .. PaperTable.Shots.SelectMany(_ => PaperTable.Headings)];
        var rows = PaperTable.Rows.Select(row => ($"{row.Data}: {row.Method}", row.Cells.SelectMany(cell => cell.Split(' ')).ToArray()));
        var above = $"<tr class=\"span\"><td></td>{Each(PaperTable.Shots, shots =>
            $"<th scope=\"colgroup\" colspan=\"4\">T = {shots}</th>")}</tr>";
        var table = Table("Paper", headings, Body(rows), PaperTable.Caption, above);
        return Section("paper", $"The paper’s own table {Tag("another dataset and protocol")}",
            $"{table}\n<p class=\"note\">{PaperTable.Mark}</p>", kind: " class=\"aside\"");
    }

    // Rows of one T, each with its attributes, its heading and its cells.
    static string Group(int shots, int columns, IEnumerable<(string Attributes, string Heading, string Cells)> rows) =>
        $"<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{columns + 1}\">T = {shots}</th></tr>"
        + $"{Each(rows, row => $"<tr{row.Attributes}><th scope=\"row\">{row.Heading}</th>{row.Cells}</tr>")}</tbody>";

    static string Body(IEnumerable<(string Heading, string[] Cells)> rows) => $"<tbody>{Each(rows, row =>
        $"<tr><th scope=\"row\">{Html(row.Heading)}</th>{Each(row.Cells, cell => $"<td>{cell}</td>")}</tr>")}</tbody>";

    static string Table(string name, IReadOnlyList<string> headings, string body, string caption, string above = "")
    {
        var head = $"<thead>{above}<tr>{Each(headings, heading => $"<th scope=\"col\">{Html(heading)}</th>")}</tr></thead>";
        return $"""
            {Scroll(name)}<table class="figures"><caption class="unseen">{name}</caption>{head}{body}</table></div>
            <p class="note">{Html(caption)}</p>
            """;
    }

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
        var interval = gain.Low is { } low && gain.High is { } high
            ? $"[{Signed(low, Decimals(form))}, {Signed(high, Decimals(form))}]" : "";
        var share = $"{(word == "" ? "" : $"{word}, ")}{Number(100 * gain.Better, 0)} % gain";
        return $"<td class=\"{word}\">{Signed(gain.Gain, Decimals(form))}{Small(interval)}{Small(share)}{Small(missing)}</td>";
    }
}

/// <summary>People in order of how well they came out: by one metric, in the row that a reader looks at first.</summary>
sealed record Ranking(MetricForm Metric, string Method, int Shots)
{
    static readonly string[] preferred = ["PSNR", "CSIM", "LPIPS", "SSIM"]; // the last one most

    /// <summary>Numbers of people, the best first; without those who have no figure.</summary>
    internal IReadOnlyList<int> Order { get; private init; } = [];

    /// <summary>Null where no metric of single frames was measured.</summary>
    internal static Ranking? Create(EvaluationResult result)
    {
        if (OfFrames(result).MaxBy(form => Array.IndexOf(preferred, form.Metric)) is not { } metric)
            return null;
        var row = result.Rows.Where(row => Protocol.Method.IsHead(row.Method))
            .OrderByDescending(row => row.Shots).ThenByDescending(row => row.Method == Protocol.Method.FineTuned).First();
        var ranking = new Ranking(metric, row.Method, row.Shots);
        double Value(int person) => ranking.Figure(result.Identities[person], row.Method)?.Value ?? double.NaN;
        int[] order = [.. Enumerable.Range(0, result.Identities.Count).Where(person => !double.IsNaN(Value(person)))
            .OrderBy(person => metric.HigherIsBetter ? -Value(person) : Value(person))
            .ThenBy(person => result.Identities[person].Identity, StringComparer.Ordinal)];
        return order.Length > 0 ? ranking with { Order = order } : null;
    }

    /// <summary>The person's figure in the row of that method and number of source frames, this ranking's unless given.</summary>
    internal Figure? Figure(IdentityResult person, string method, int? shots = null) =>
        person.Rows.FirstOrDefault(row => (row.Method, row.Shots) == (method, shots ?? Shots))?.Find(Metric);

    /// <summary>The best, the middle and the worst, as many of them as there are people.</summary>
    internal IEnumerable<(string Word, int Person)> Examples() => Order.Count switch
    {
        1 => [("Only", Order[0])],
        2 => [("Best", Order[0]), ("Worst", Order[1])],
        _ => [("Best", Order[0]), ("Median", Order[Order.Count / 2]), ("Worst", Order[^1])],
    };
}

/// <summary>Numbers and words as reports write them.</summary>
static class ReportText
{
    internal const string None = "–";

    /// <summary>With a true minus sign.</summary>
    internal static string Number(double value, int decimals) =>
        (Math.Round(value, decimals) + 0.0).ToString($"F{decimals}", CultureInfo.InvariantCulture).Replace('-', '−'); // -0 + 0 is 0

    internal static string Signed(double value, int decimals) =>
        Number(value, decimals) is var text && text.StartsWith('−') ? text : $"+{text}";

    internal static string Value(Figure figure, MetricForm form) => figure.Value is { } value ? Number(value, Decimals(form)) : None;

    /// <summary>"[0.69, 0.73]", "± 0.01" or nothing.</summary>
    internal static string Spread(Figure figure, MetricForm form) => (figure.Low, figure.High, figure.Deviation) switch
    {
        ({ } low, { } high, _) => $"[{Number(low, Decimals(form))}, {Number(high, Decimals(form))}]",
        (_, _, { } deviation) => $"± {Number(deviation, Decimals(form))}",
        _ => "",
    };

    /// <summary>"38 of 48 frames" where some are missing.</summary>
    internal static string Coverage(Figure figure) => figure.Missing == 0 ? ""
        : $"{figure.Frames} of {figure.Frames + figure.Missing} frames";

    /// <summary>Decimals that a table shows: no more than the intervals bear.</summary>
    internal static int Decimals(MetricForm form) => form.Decimals - (form.Metric == Metric.L1.Name ? 0 : 1);

    /// <summary>"SSIM ↑" or "PSNR ↑ dB".</summary>
    internal static string Heading(MetricForm form) => $"{form.Metric} {(form.HigherIsBetter ? "↑" : "↓")} {form.Unit}".TrimEnd();

    internal static string Title(string method) => method switch
    {
        Method.FeedForward => "Feed-forward",
        Method.FineTuned => "Fine-tuned",
        Method.CopyNearest => "Copy nearest",
        Method.MeanFrame => "Mean frame",
        _ => method,
    };

    internal static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(ReportText).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().TrimEnd();
    }

    /// <summary>A PNG or JPEG as an address that holds it.</summary>
    internal static string DataAddress(byte[] picture)
    {
        var kind = picture.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, 0x50]) ? "png" : "jpeg";
        return $"data:image/{kind};base64,{Convert.ToBase64String(picture)}";
    }

    /// <summary>Safe in text and in attributes.</summary>
    internal static string Html(string text) => WebUtility.HtmlEncode(text);

    internal static string Each<T>(IEnumerable<T> items, Func<T, string> html) => string.Concat(items.Select(html));

    internal static string Section(string id, string title, string content, string kind = "") =>
        $"<section aria-labelledby=\"{id}\"{kind}><h2 id=\"{id}\">{title}</h2>\n{content}</section>";

    internal static string Tag(string text) => $"<span class=\"tag\">{text}</span>";

    /// <summary>Opens a part that scrolls sideways on a narrow screen, by keys too; a div closes it.</summary>
    internal static string Scroll(string label) => $"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Html(label)}\">";

    internal static string Seconds(double seconds) => $"{Number(seconds, seconds < 10 ? 2 : 1)} s";

    /// <summary>Metrics that could not be measured, together where the reason is one.</summary>
    internal static IEnumerable<string> Unmeasured(EvaluationResult result) => result.Metrics.Where(form => form.Reason is not null)
        .GroupBy(form => form.Reason, (reason, forms) =>
            $"{string.Join(", ", forms.Select(form => form.Metric))}: not measured: {reason}");

    internal static IReadOnlyList<MetricForm> Measured(EvaluationResult result) => [.. result.Metrics.Where(form => form.Reason is null)];

    /// <summary>Those that each person has figures of.</summary>
    internal static MetricForm[] OfFrames(EvaluationResult result) =>
        [.. Measured(result).Where(form => result.Identities[0].Rows[0].Figures.Any(figure => figure.Metric == form.Metric))];

    internal static Figure Find(this ResultRow row, MetricForm form) => row.Figures.First(figure => figure.Metric == form.Metric);

    /// <summary>What figures of the table are marked with, each mark once, with the metrics and the rows that it holds for.</summary>
    internal static IEnumerable<string> Marks(EvaluationResult result) =>
        from row in result.Rows
        from figure in row.Figures
        from mark in figure.Marks
        group (Row: row, figure.Metric) by mark into marked
        let rows = marked.Select(entry => $"{Title(entry.Row.Method).ToLowerInvariant()} T = {entry.Row.Shots}").Distinct().ToArray()
        let which = rows.Length == result.Rows.Count ? "" : $", {string.Join(", ", rows)}"
        select $"{string.Join(", ", marked.Select(entry => entry.Metric).Distinct())}{which}: {marked.Key}";

    internal static MetricForm FormOf(EvaluationResult result, Figure floor) =>
        result.Metrics.First(form => floor.Metric.StartsWith($"{form.Metric}:", StringComparison.Ordinal));

    internal static string Count(Figure figure) => figure.Against > 0 ? $"{figure.Against} / {figure.Frames}" : $"{figure.Frames}";

    internal static string Range(RowCosts cost) => $"{Seconds(cost.LeastSeconds)} to {Seconds(cost.MostSeconds)}";

    internal static string[] FrameAndEpochs(RowCosts cost) =>
        [$"{Number(cost.FrameMilliseconds, 1)} ms", cost.Epochs is { } epochs ? Number(epochs, 0) : None];

    internal static string Machines(EvaluationResult result) => string.Join("; ", result.Costs.Select(cost => cost.Machine).Distinct());

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
}

using System.Text.Json;
using TalkingHead.Evaluation.Protocol;

namespace TalkingHead.Evaluation.Reporting;

/// <summary>
/// The files of a finished evaluation: results.json (figures, the same bytes however often it was interrupted), timing.json,
/// table.md and report.html.
/// </summary>
static class EvaluationReport
{
    /// <param name="folder">Where they go.</param>
    /// <param name="result">What they say.</param>
    /// <param name="pictures">A person's sample pictures, by her number.</param>
    internal static void Write(EvaluationFolder folder, EvaluationResult result, Func<int, IReadOnlyDictionary<string, byte[]>> pictures)
    {
        folder.Write("results.json", JsonSerializer.Serialize(result, EvaluationFolder.Json) + "\n");
        folder.Write("timing.json", JsonSerializer.Serialize(result.Costs, EvaluationFolder.Json) + "\n");
        folder.Write("table.md", MarkdownReport.Of(result));
        folder.Write("report.html", HtmlReport.Of(result, pictures));
    }
}

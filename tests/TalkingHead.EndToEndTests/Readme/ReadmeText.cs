using System.Text.RegularExpressions;
using TalkingHead.Tests;

namespace TalkingHead.EndToEndTests.Readme;

/// <summary>The fenced blocks of README.md and of the pages that go on from it.</summary>
static partial class ReadmeText
{
    // In the order in which a newcomer reads them.
    static readonly string[] Pages = ["README.md", "docs/getting-started.md", "docs/training.md", "docs/configuration.md",
        "docs/evaluation.md"];

    /// <summary>The commands of the sh blocks, a line each, without comments; those that come again once.</summary>
    public static IReadOnlyList<string> Commands =>
        [.. Lines("sh").Select(WithoutComment).Where(line => line != "").Distinct()];

    public static string WithoutComment(string line) => Comment().Replace(line, "").Trim();

    /// <summary>The lines of all blocks of that language.</summary>
    public static IEnumerable<string> Lines(string language)
    {
        var text = string.Concat(Pages.Select(page => File.ReadAllText(Repository.At(page)))).Replace("\\\n", " ",
            StringComparison.Ordinal);
        return Fence().Matches(text).Where(block => block.Groups["language"].Value == language)
            .SelectMany(block => block.Groups["lines"].Value.Split('\n'));
    }

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();
}

using System.Text.RegularExpressions;

namespace TalkingHead.Tests.Readme;

/// <summary>README.md's fenced blocks.</summary>
static partial class ReadmeText
{
    /// <summary>The commands of the sh blocks, a line each, without comments.</summary>
    public static IReadOnlyList<string> Commands =>
        [.. Lines("sh").Select(WithoutComment).Where(line => line != "")];

    public static string WithoutComment(string line) => Comment().Replace(line, "").Trim();

    /// <summary>The lines of all blocks of that language.</summary>
    public static IEnumerable<string> Lines(string language)
    {
        string text = File.ReadAllText(Repository.At("README.md")).Replace("\\\n", " ", StringComparison.Ordinal);
        return Fence().Matches(text).Where(block => block.Groups["language"].Value == language).SelectMany(block => block.Groups["lines"].Value.Split('\n'));
    }

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();
}

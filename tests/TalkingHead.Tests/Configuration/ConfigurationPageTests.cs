using System.Text;
using TalkingHead.Configuration;

namespace TalkingHead.Tests.Configuration;

/// <summary>docs/configuration.md lists every setting as the schema has it. TALKINGHEAD_UPDATE=1 writes the page anew.</summary>
public class ConfigurationPageTests
{
    const string Page = "docs/configuration.md", Start = "<!-- settings: made by ConfigurationPageTests -->\n";

    [Fact]
    public void EverySettingStandsOnThePageWithItsDefault()
    {
        string path = Repository.At(Page), text = File.ReadAllText(path);
        var at = text.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        Assert.True(at > Start.Length, $"{Page} has no line \"{Start.Trim()}\"");
        if (Environment.GetEnvironmentVariable("TALKINGHEAD_UPDATE") == "1")
            File.WriteAllText(path, text = text[..at] + Settings());
        Assert.Equal(Settings(), text[at..]);
    }

    static string Settings()
    {
        var defaults = new RunConfiguration();
        var text = new StringBuilder();
        foreach (var section in Schema.Keys.GroupBy(key => key.SectionName))
        {
            text.Append($"\n## {section.Key}\n\n| key | default | |\n| --- | --- | --- |\n");
            foreach (var key in section)
                text.Append($"| `{key.Name}` | {Default(key, defaults)} | {key.Setting.Sentence} |\n");
        }
        return text.ToString();
    }

    static string Default(SchemaKey key, RunConfiguration defaults) =>
        key.Property.GetValue(key.Section.GetValue(defaults)) is { } value ? $"`{SettingValue.Format(value)}`" : "";
}

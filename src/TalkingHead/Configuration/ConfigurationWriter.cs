using System.Text;

namespace TalkingHead.Configuration;

/// <summary>Prints a configuration resolved: every key with its value and its sentence.</summary>
static class ConfigurationWriter
{
    public static string Write(RunConfiguration configuration)
    {
        var text = new StringBuilder();
        foreach (var section in Schema.Keys.GroupBy(key => key.Section))
        {
            object settings = section.Key.GetValue(configuration)!;
            text.Append(section.First().SectionName).Append(":\n");
            foreach (var key in section)
                if (key.Property.GetValue(settings) is { } value)
                    text.Append($"  {key.Name + ":",-23} {SettingValue.Format(value),-10} # {key.Setting.Sentence}\n");
        }
        return text.ToString();
    }
}

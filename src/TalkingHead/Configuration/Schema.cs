using System.Reflection;
using System.Text;

namespace TalkingHead.Configuration;

/// <summary>One key of the configuration, found by reflection over the settings records.</summary>
sealed record SchemaKey(PropertyInfo Section, PropertyInfo Property, SettingAttribute Setting)
{
    public string SectionName { get; } = Schema.Spell(Section.Name, '_');
    public string Name { get; } = Schema.Spell(Property.Name, '_');
    public string Path => $"{SectionName}.{Name}";
    public Type Type { get; } = Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;
}

/// <summary>The sections and keys a configuration file may hold.</summary>
static class Schema
{
    public static IReadOnlyList<SchemaKey> Keys { get; } =
    [
        .. from section in typeof(RunConfiguration).GetProperties(BindingFlags.Instance | BindingFlags.Public)
           from property in section.PropertyType.GetProperties(BindingFlags.Instance | BindingFlags.Public)
           let setting = property.GetCustomAttribute<SettingAttribute>()
           where setting != null
           select new SchemaKey(section, property, setting),
    ];

    public static IReadOnlyList<string> Sections { get; } = [.. Keys.Select(key => key.SectionName).Distinct()];

    /// <summary>MaxChannels becomes max_channels; of an enum's member, RandomVgg becomes random-vgg.</summary>
    public static string Spell(string name, char separator)
    {
        var text = new StringBuilder();
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
                text.Append(separator);
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}

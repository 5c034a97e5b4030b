using System.Globalization;
using System.Numerics;
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
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
                text.Append(separator);
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}

/// <summary>Marks one key of the configuration file: the sentence that explains it and the range it must lie in.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string sentence) : Attribute
{
    /// <summary>What the key means; printed beside it in every resolved configuration.</summary>
    public string Sentence { get; } = sentence;

    /// <summary>Smallest allowed number.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>Largest allowed number.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>The number must be a power of two.</summary>
    public bool PowerOfTwo { get; init; }
}

/// <summary>Text of a configuration value to the key's type and back.</summary>
static class SettingValue
{
    /// <summary>The value, or what was expected instead.</summary>
    public static (object? Value, string? Mistake) Parse(SchemaKey key, string text)
    {
        var type = key.Type;
        if (type == typeof(bool))
            return text switch { "true" => (true, null), "false" => (false, null), _ => (null, "true or false") };
        if (type.IsEnum)
        {
            var names = Enum.GetValues(type).Cast<object>().ToDictionary(value => Format(value));
            return names.TryGetValue(text, out var value)
                ? (value, null)
                : (null, $"one of {string.Join(", ", names.Keys)}");
        }
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                && InRange(key.Setting, whole) && (!key.Setting.PowerOfTwo || BitOperations.IsPow2(whole))
                ? (whole, null)
                : (null, $"a {(key.Setting.PowerOfTwo ? "power of two" : "whole number")}{Range(key.Setting)}");
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number) && InRange(key.Setting, number)
                ? (number, null)
                : (null, $"a number{Range(key.Setting)}");
        throw new NotSupportedException($"{key.Path} has the type {type}, which a configuration cannot hold.");
    }

    public static string Format(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        Enum choice => Schema.Spell(choice.ToString(), '-'),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"A configuration cannot hold a {value.GetType()}."),
    };

    static bool InRange(SettingAttribute setting, double number) => number >= setting.Min && number <= setting.Max;

    static string Range(SettingAttribute setting) => (double.IsFinite(setting.Min), double.IsFinite(setting.Max)) switch
    {
        (true, true) => $" from {Format(setting.Min)} to {Format(setting.Max)}",
        (true, false) => $" of at least {Format(setting.Min)}",
        (false, true) => $" of at most {Format(setting.Max)}",
        _ => "",
    };
}

/// <summary>Finds what a misspelt word probably means.</summary>
static class Spelling
{
    /// <summary>" Did you mean …?" with the closest candidate, or nothing when none is close.</summary>
    public static string Suggestion(string word, IEnumerable<string> candidates)
    {
        var (best, distance) = candidates.Select(candidate => (candidate, Distance(word, candidate)))
            .DefaultIfEmpty(("", int.MaxValue)).MinBy(pair => pair.Item2);
        return distance <= Math.Max(2, word.Length / 3) ? $" Did you mean \"{best}\"?" : "";
    }

    /// <summary>Levenshtein distance: the least number of letters inserted, removed or replaced.</summary>
    public static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}

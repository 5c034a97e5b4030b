using System.Globalization;
using System.Numerics;

namespace TalkingHead.Configuration;

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
            return names.TryGetValue(text, out object? value)
                ? (value, null)
                : (null, $"one of {string.Join(", ", names.Keys)}");
        }
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int whole)
                && InRange(key.Setting, whole) && (!key.Setting.PowerOfTwo || BitOperations.IsPow2(whole))
                ? (whole, null)
                : (null, $"a {(key.Setting.PowerOfTwo ? "power of two" : "whole number")}{Range(key.Setting)}");
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
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

using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using CommandLine;
using CommandLine.Text;

namespace TalkingHead.Cli;

/// <summary>What --help prints: one form for every verb, made of the attributes on its properties.</summary>
static class HelpPage
{
    const int Width = 110;

    /// <summary>Every verb with its sentence.</summary>
    public static string Overview(IEnumerable<Type> verbs)
    {
        var page = new StringBuilder().AppendLine("talkinghead: from a few pictures of a person to a talking head").AppendLine();
        Rows(page, "verbs", [.. verbs.Select(VerbOf).Select(verb => (verb.Name, verb.HelpText))]);
        return page.Append("talkinghead VERB --help shows a verb's options and examples; talkinghead --version the version.").ToString();
    }

    /// <summary>A verb's usage, arguments, options and examples.</summary>
    public static string For(Type verb)
    {
        var values = Values(verb);
        var options = Options(verb).Where(option => !option.Attribute.Hidden).ToArray();
        var required = options.Where(option => option.Attribute.Required).ToArray();
        var name = $"talkinghead {VerbOf(verb).Name}";
        var page = new StringBuilder();
        Wrap(page, $"{name}: ", 0, $"{char.ToLowerInvariant(VerbOf(verb).HelpText[0])}{VerbOf(verb).HelpText[1..]}");
        page.AppendLine();
        Wrap(page, "usage: ", 7, string.Join(' ', [name, .. values.Select(value => value.Attribute.MetaName), .. required.Select(Form),
            "[options]"]));
        page.AppendLine();
        Rows(page, "", [.. values.Select(value => (value.Attribute.MetaName, value.Attribute.HelpText)), .. required.Select(Row)]);
        Rows(page, "options", [.. options.Except(required).Select(Row), ("--help", "Show this page.")]);
        page.AppendLine("examples:");
        foreach (var example in Examples(verb))
            page.AppendLine($"  # {example.HelpText}").AppendLine($"  {name} {Arguments(example.Sample)}".TrimEnd());
        return page.ToString().TrimEnd();
    }

    /// <summary>A verb's positional arguments, in order.</summary>
    public static (PropertyInfo Property, ValueAttribute Attribute)[] Values(Type verb) =>
        [.. Attributed<ValueAttribute>(verb).OrderBy(value => value.Attribute.Index)];

    /// <summary>A verb's options, its own before those that it shares.</summary>
    public static (PropertyInfo Property, OptionAttribute Attribute)[] Options(Type verb) => [.. Attributed<OptionAttribute>(verb)];

    public static VerbAttribute VerbOf(Type verb) => verb.GetCustomAttribute<VerbAttribute>()!;

    /// <summary>What stands for an option's value: its own word, N for a whole number, X for another, else NAME.</summary>
    public static string Meta((PropertyInfo Property, OptionAttribute Attribute) option)
    {
        var type = Nullable.GetUnderlyingType(option.Property.PropertyType) ?? option.Property.PropertyType;
        return option.Attribute.MetaValue is { Length: > 0 } word ? word
            : type == typeof(double) ? "X"
            : type == typeof(int) || type == typeof(long) || type == typeof(ulong) ? "N"
            : "NAME";
    }

    static IEnumerable<(PropertyInfo Property, T Attribute)> Attributed<T>(Type verb) where T : Attribute =>
        from property in verb.GetProperties()
        let attribute = property.GetCustomAttribute<T>()
        where attribute is not null
        select (property, attribute);

    static IEnumerable<Example> Examples(Type verb) =>
        (IEnumerable<Example>)verb.GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Single(property => property.IsDefined(typeof(UsageAttribute))).GetValue(null)!;

    static string Form((PropertyInfo Property, OptionAttribute Attribute) option) =>
        option.Property.PropertyType == typeof(bool) ? $"--{option.Attribute.LongName}" : $"--{option.Attribute.LongName} {Meta(option)}";

    static (string, string) Row((PropertyInfo Property, OptionAttribute Attribute) option) =>
        (Form(option), option.Attribute.HelpText + (option.Attribute.Default is { } value ? $" Default: {Text(value)}." : ""));

    // As one types it: what comes by position first, then what differs from its default.
    static string Arguments(object sample)
    {
        var words = Values(sample.GetType()).Select(value => Text(value.Property.GetValue(sample)!)).ToList();
        foreach (var option in Options(sample.GetType()))
        {
            var value = option.Property.GetValue(sample);
            if (value is null or false || Equals(value, option.Attribute.Default)
                || value is IEnumerable and not string && !((IEnumerable)value).GetEnumerator().MoveNext())
                continue;
            words.Add($"--{option.Attribute.LongName}");
            if (value is not true)
                words.Add(Text(value));
        }
        return string.Join(' ', words);
    }

    static string Text(object value) => value is IEnumerable<string> many ? string.Join(' ', many)
        : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    static void Rows(StringBuilder page, string title, IReadOnlyList<(string Name, string Text)> rows)
    {
        if (rows.Count == 0)
            return;
        if (title != "")
            page.AppendLine($"{title}:");
        var column = Math.Min(26, rows.Max(row => row.Name.Length) + 4);
        foreach (var (name, text) in rows)
        {
            if (name.Length + 4 > column)
                page.AppendLine($"  {name}");
            Wrap(page, name.Length + 4 > column ? new(' ', column) : $"  {name}".PadRight(column), column, text);
        }
        page.AppendLine();
    }

    static void Wrap(StringBuilder page, string start, int indent, string text)
    {
        var line = start;
        var empty = true;
        foreach (var word in text.Split(' '))
        {
            if (!empty && line.Length + 1 + word.Length > Width)
            {
                page.AppendLine(line);
                (line, empty) = (new(' ', indent), true);
            }
            line += empty ? word : $" {word}";
            empty = false;
        }
        page.AppendLine(line);
    }
}

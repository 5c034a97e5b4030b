using System.Reflection;
using CommandLine;
using CommandLine.Text;
using TalkingHead.Configuration;

namespace TalkingHead.Cli;

/// <summary>What was wrong with the arguments, in one sentence that ends with where to look.</summary>
static class UsageMistake
{
    /// <param name="verb">Null where none was recognised.</param>
    /// <param name="verbs">All of them.</param>
    /// <param name="arguments">As typed.</param>
    /// <param name="errors">The parser's. What is missing may follow from what is misspelt, so that alone is said.</param>
    public static string Sentence(Type? verb, IEnumerable<Type> verbs, string[] arguments, IReadOnlyList<Error> errors)
    {
        if (errors.OfType<BadVerbSelectedError>().FirstOrDefault() is { } unknown)
            return $"talkinghead: unknown verb \"{unknown.Token}\"."
                + $"{Spelling.Suggestion(unknown.Token, verbs.Select(each => HelpPage.VerbOf(each).Name))} See talkinghead --help.";
        if (verb is null)
            return $"talkinghead: {SentenceBuilder.Create().FormatError(errors[0])} See talkinghead --help.";
        var found = errors.FirstOrDefault(error => error is not MissingRequiredOptionError);
        return For(verb, found is null ? Missing(verb, errors) : Found(verb, arguments, found));
    }

    /// <summary>
    /// What the parser passes over in silence: an option without its value, an option of one value that is there twice, and
    /// arguments beyond those that the verb takes. Null where nothing is.
    /// </summary>
    public static string? Overlooked(Type verb, string[] arguments)
    {
        var values = 0;
        HashSet<string> single = [];
        var optionsEnded = false; // by "--": what follows is values, whatever it looks like
        for (var i = 1; i < arguments.Length; i++)
        {
            if (!optionsEnded && arguments[i] == "--")
            {
                optionsEnded = true;
                continue;
            }
            var parts = arguments[i].Split('=', 2);
            if (optionsEnded || HelpPage.Options(verb).FirstOrDefault(option =>
                $"--{option.Attribute.LongName}" == parts[0]) is not { Attribute: not null } option)
            {
                if (arguments[i].Length == 0 && values < HelpPage.Values(verb).Length)
                    return For(verb, $"{HelpPage.Values(verb)[values].Attribute.MetaName} is empty: a name is missing.");
                if (++values > HelpPage.Values(verb).Length && !HelpPage.Values(verb)
                    .Any(value => value.Property.PropertyType == typeof(IEnumerable<string>)))
                    return For(verb, $"\"{arguments[i]}\" is one argument too many.");
                continue;
            }
            if (option.Property.PropertyType != typeof(IEnumerable<string>) && !single.Add(parts[0]))
                return For(verb, $"{parts[0]} is given twice; give it once.");
            if (option.Property.PropertyType == typeof(bool))
                continue;
            if (parts.Length == 2)
            {
                if (Fault(option, parts[0], parts[1]) is { } wrong)
                    return For(verb, wrong);
                continue;
            }
            if (!IsValue(i + 1))
                return For(verb, $"{parts[0]} {HelpPage.Meta(option)}: the value is missing.");
            do
            {
                i++;
                if (Fault(option, parts[0], arguments[i]) is { } wrong)
                    return For(verb, wrong);
            }
            while (option.Property.PropertyType == typeof(IEnumerable<string>) && IsValue(i + 1));
        }
        return null;

        bool IsValue(int at) => at < arguments.Length && !arguments[at].StartsWith("--", StringComparison.Ordinal);
    }

    // The parser reads a comma as one between thousands, and takes an empty text for a name.
    static string? Fault((PropertyInfo Property, OptionAttribute Attribute) option, string name, string value)
    {
        var type = Nullable.GetUnderlyingType(option.Property.PropertyType) ?? option.Property.PropertyType;
        return type == typeof(double) && value.Contains(',') ? $"{name} \"{value}\": expected a number with a decimal point, such as 2.5."
            : value.Length == 0 && type != typeof(double) ? $"{name} {HelpPage.Meta(option)} is empty: the value is missing." : null;
    }

    static string For(Type verb, string mistake) =>
        $"talkinghead {HelpPage.VerbOf(verb).Name}: {mistake} See talkinghead {HelpPage.VerbOf(verb).Name} --help.";

    static string Missing(Type verb, IReadOnlyList<Error> errors)
    {
        var missing = errors.Cast<MissingRequiredOptionError>().ToArray();
        string[] values = [.. HelpPage.Values(verb).Select(value => value.Attribute.MetaName)];
        string[] names =
        [
            .. values[^missing.Count(error => error.NameInfo.LongName == "")..], // those that came filled the first places
            .. missing.Where(error => error.NameInfo.LongName != "").Select(error => Form(verb, error.NameInfo)),
        ];
        return names.Length == 1 ? $"{names[0]} is missing." : $"{string.Join(", ", names[..^1])} and {names[^1]} are missing.";
    }

    static string Found(Type verb, string[] arguments, Error error)
    {
        switch (error)
        {
            case UnknownOptionError unknown:
                return $"unknown option --{unknown.Token}."
                    + Spelling.Suggestion(unknown.Token, HelpPage.Options(verb).Select(option => option.Attribute.LongName));
            case BadFormatConversionError wrong:
                var name = $"--{wrong.NameInfo.LongName}";
                var at = Array.FindIndex(arguments, argument =>
                    argument == name || argument.StartsWith($"{name}=", StringComparison.Ordinal));
                var value = at < 0 ? "" : arguments[at] != name ? arguments[at][(name.Length + 1)..] : at + 1 < arguments.Length
                    ? arguments[at + 1] : "";
                var expected = HelpPage.Options(verb).FirstOrDefault(option =>
                    option.Attribute.LongName == wrong.NameInfo.LongName) is { Attribute: not null } option ? Kind(
                    option.Property.PropertyType) : "another value";
                return $"{name} \"{value}\": expected {expected}.";
            case NamedError named and (MissingValueOptionError or SequenceOutOfRangeError):
                return $"{Form(verb, named.NameInfo)}: the value is missing.";
            default:
                return SentenceBuilder.Create().FormatError(error);
        }
    }

    static string Form(Type verb, NameInfo name)
    {
        var option = HelpPage.Options(verb).Single(option => option.Attribute.LongName == name.LongName);
        return $"--{name.LongName} {HelpPage.Meta(option)}";
    }

    static string Kind(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(double) ? "a number" : type == typeof(ulong) ? "a whole number from 0 on" : type == typeof(bool) ? "no value"
            : "a whole number";
    }
}

/// <summary>What --help says of an option that several verbs share.</summary>
static class OptionText
{
    public const string Detector = "mesh (runs anywhere, sees pupils) or fan (the paper's; wants a GPU).";

    public const string Device = "cpu, cuda, cuda:N or auto.";

    public const string Checkpoint = "Checkpoint of the run: newest, best (by validation) or a step.";

    public const string Json = "Also write the figures to this file.";

    public const string SignWith = "Sign with your own certificate and key (PEM files) instead of a chain of your own that is made at "
        + "first use.";
}

/// <summary>--workers of the verbs that train.</summary>
static class WorkersOption
{
    public const string Name = "workers";

    public const string Help = "Threads that decode frames; 0 for one on a CPU and two with a GPU. The result does not depend on it.";

    /// <exception cref="UserException">It is out of its range.</exception>
    public static void Check(int workers)
    {
        if (workers is < 0 or > 256)
            throw UserException.Usage($"--{Name} {workers}: expected 1 to 256, or 0 for as many as fit the device.");
    }
}

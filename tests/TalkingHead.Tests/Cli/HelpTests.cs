using TalkingHead.Cli;

namespace TalkingHead.Tests.Cli;

public class HelpTests
{
    static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        return (Program.Run(arguments, default, output, error), output.ToString(), error.ToString());
    }

    public static TheoryData<string> Verbs => [.. typeof(Program).Assembly.GetTypes()
        .Where(type => type.IsAssignableTo(typeof(IVerb)) && type.IsClass).Select(type => HelpPage.VerbOf(type).Name)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void EveryPageHasOneForm(string verb)
    {
        var (code, page, error) = Run(verb, "--help");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(page, Run("help", verb).Output);
        var lines = page.TrimEnd().Split(Environment.NewLine);
        Assert.StartsWith($"talkinghead {verb}: ", lines[0]);
        Assert.Contains(lines, line => line.StartsWith($"usage: talkinghead {verb} ", StringComparison.Ordinal)
            && line.TrimEnd().EndsWith("[options]", StringComparison.Ordinal));
        Assert.StartsWith($"  talkinghead {verb}", lines[^1]);
        // commands stay whole
        Assert.All(lines.Where(line => !line.StartsWith("  talkinghead", StringComparison.Ordinal)),
            line => Assert.True(line.Length <= 110, line));
        Assert.Contains($"  {verb} ", Run("--help").Output);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void EveryTextIsASentenceAndEveryExampleIsUnderstood(string verb)
    {
        var type = typeof(Program).Assembly.GetTypes().Single(type =>
            type.IsAssignableTo(typeof(IVerb)) && type.IsClass && HelpPage.VerbOf(type).Name == verb);
        string[] texts = [HelpPage.VerbOf(type).HelpText, .. HelpPage.Values(type).Select(value => value.Attribute.HelpText),
            .. HelpPage.Options(type).Select(option => option.Attribute.HelpText)];
        Assert.All(texts, text => Assert.EndsWith(".", text));
        Assert.DoesNotContain(texts, text => text.Contains(", too."));

        using var parser = new CommandLine.Parser(settings => settings.HelpWriter = null);
        var page = Run(verb, "--help").Output;
        foreach (var example in page[page.IndexOf("examples:", StringComparison.Ordinal)..].Split('\n')
            .Where(line => line.StartsWith("  talkinghead", StringComparison.Ordinal)))
            Assert.IsType<CommandLine.Parsed<object>>(parser.ParseArguments(example.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..],
                type, typeof(DoctorVerb)));
    }

    [Theory]
    [InlineData("talkinghead: unknown verb \"trian\". Did you mean \"train\"? See talkinghead --help.", "trian")]
    [InlineData("talkinghead train: CONFIG, --data DIR and --out RUN are missing. See talkinghead train --help.", "train")]
    [InlineData("talkinghead train: --out RUN is missing. See talkinghead train --help.", "train", "a.yaml", "--data", "d")]
    [InlineData("talkinghead compare: FAKE-DIR is missing. See talkinghead compare --help.", "compare", "real")]
    [InlineData("talkinghead synth: unknown option --outt. Did you mean \"out\"? See talkinghead synth --help.", "synth", "--outt", "x")]
    [InlineData("talkinghead synth: --identities \"many\": expected a whole number. See talkinghead synth --help.", "synth", "--out",
        "/dev/null/x", "--identities", "many")]
    [InlineData("talkinghead synth: --fps \"fast\": expected a number. See talkinghead synth --help.", "synth", "--out", "/dev/null/x",
        "--fps=fast")]
    [InlineData("talkinghead synth: --out DIR is missing. See talkinghead synth --help.", "synth", "--out")]
    [InlineData("talkinghead synth: --seed N: the value is missing. See talkinghead synth --help.", "synth", "--out",
        "/dev/null/x", "--seed")]
    [InlineData("talkinghead inspect: \"b\" is one argument too many. See talkinghead inspect --help.", "inspect", "a", "--set",
        "data.size=1", "data.size=2", "--verify", "b")]
    [InlineData("talkinghead inspect: --json is given twice; give it once. See talkinghead inspect --help.", "inspect", "a", "--json", "b",
        "--set", "c=1", "--set", "d=1", "--json=e")]
    [InlineData("talkinghead synth: --seed is given twice; give it once. See talkinghead synth --help.", "synth", "--out", "/dev/null/x",
        "--seed", "1", "--seed", "2")]
    public void AMistakeIsOneSentenceThatSaysWhereToLook(string sentence, params string[] arguments) =>
        Assert.Equal((2, "", sentence + Environment.NewLine), Run(arguments));

    [Fact]
    public void WithoutAVerbAllAreShown()
    {
        var (code, output, error) = Run();
        Assert.Equal((2, ""), (code, output));
        Assert.Equal(Run("--help"), (0, error, ""));
    }
}

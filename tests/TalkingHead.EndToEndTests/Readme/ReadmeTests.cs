using System.Text.RegularExpressions;
using TalkingHead.Cli;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.EndToEndTests.Media;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TalkingHead.Synthetic;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Readme;

/// <summary>
/// The commands of the README and the pages that go on from it, run one after another in an empty folder as a newcomer
/// would, on photos and a video of a
/// synthetic person, with small sizes and the networks of configs/smoke.yaml.
/// </summary>
public sealed partial class ReadmeTests : IDisposable
{
    const string Program = "scripts/talkinghead";

    /// <summary>How the commands begin that no test can run, and why.</summary>
    static readonly (string Command, string Why)[] NotHere =
    [
        ("scripts/setup.sh", "installs packages"),
        ("scripts/test.sh", "runs this test"),
        ("scripts/demo.sh", "trains for minutes"),
        ("scripts/talkinghead studio", "runs until it is stopped; the tests of Studio open its page"),
        ("scripts/launch.sh", "needs a processor for each rank; scripts/test-ranks.sh and the tests of Distributed start ranks"),
        ("scripts/download-weights.sh", "needs the internet"),
        ("scripts/talkinghead prepare --layout voxceleb", "needs VoxCeleb"),
        ("scripts/talkinghead train configs/paper-", "needs VoxCeleb, and trains for weeks on a CPU"),
        ("scripts/talkinghead evaluate runs/big", "is a cluster's array job on VoxCeleb2"),
        ("dotnet build", "is a build with NuGet packages, which a feed may lack"),
        ("dotnet artifacts/", "starts what that build made"),
    ];

    /// <summary>What is cut: of a verb's option, the value that takes the place of the README's.</summary>
    static readonly Dictionary<(string Verb, string Option), string> Cut = new()
    {
        [("synth", "--identities")] = "10",
        [("synth", "--frames")] = "12",
        [("synth", "--test-share")] = "0.4", // of ten people some are held out
        [("evaluate", "--identities")] = "2",
        [("evaluate", "--holdout")] = "4",
    };

    /// <summary>
    /// What is added to a verb that has it not: no faces are looked for in pictures of four steps' networks.
    /// </summary>
    static readonly Dictionary<string, (string Option, string Value)> Added = new()
    {
        ["evaluate"] = ("--metrics", "ssim,psnr,l1,fid"),
    };

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void EveryCommandIsRunOrSaysWhyNot()
    {
        var unknown = ReadmeText.Commands.Where(command => !command.StartsWith($"{Program} ", StringComparison.Ordinal)
            && Reason(command) is null);
        Assert.Empty(unknown);
        Assert.True(ReadmeText.Commands.Count(Runs) >= 8);
    }

    [Fact]
    public void TheCommandsWorkInTheirOrder()
    {
        Needs.Ffmpeg();
        MakeWhatTheReaderHas();
        foreach (var command in ReadmeText.Commands.Where(Runs))
        {
            var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
            var (code, said) = Run(Smaller(words));
            Assert.True(code == 0, $"{command}\nexit code {code}\n{said}");
            foreach (var path in Outputs(words))
                Assert.True(File.Exists(folder.At(path)) || Directory.Exists(folder.At(path))
                    && Directory.EnumerateFileSystemEntries(folder.At(path)).Any(), $"{command}\n{path} is missing\n{said}");
        }
    }

    [Fact]
    public void TheLibraryExampleCompiles()
    {
        var source = File.ReadAllText(Repository.At("tests/TalkingHead.EndToEndTests/Readme/ReadmeExample.cs"));
        string[] compiled = [.. source.Split('\n').Select(line => line.Trim())];
        string[] shown = [.. ReadmeText.Lines("csharp").Select(line => line.Trim()).Where(line => line != "")];
        Assert.NotEmpty(shown);
        Assert.Empty(shown.Except(compiled));
    }

    [Fact]
    public void WeightFilesAreNamedAsTheTableNamesThem()
    {
        string[] texts = [.. new[] { "README.md", "data/README.md" }.Concat(Below("docs", "*.md")).Concat(Below("configs", "*.yaml"))
            .Select(file => File.ReadAllText(Repository.At(file)))];
        string[] named = [.. texts.SelectMany(text => WeightNames().Matches(text))
            .SelectMany(match => match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(name => name.TrimEnd('.', ':'))];
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(PublishedWeights.Table.Select(file => file.Name)).Except(["all"]));

        static IEnumerable<string> Below(string folder, string pattern) => Directory.GetFiles(Repository.At(folder), pattern);
    }

    [Fact]
    public void EveryCommandInTheDocumentationIsUnderstood()
    {
        Type[] verbs = [.. typeof(TalkingHead.Cli.Program).Assembly.GetTypes()
            .Where(type => type.IsClass && type.IsAssignableTo(typeof(IVerb)))];
        using var parser = new CommandLine.Parser(settings =>
        {
            settings.HelpWriter = null;
            settings.AllowMultiInstance = true;
        });
        string[] files = ["README.md", "data/README.md", .. Directory.GetFiles(Repository.At("docs"), "*.md")];
        string[] commands = [.. files.SelectMany(file => File.ReadAllText(Repository.At(file)).Replace("\\\n", " ").Split('\n'))
            .Select(line => ReadmeText.WithoutComment(line.Trim()))
            .Where(line => line.StartsWith($"{Program} ", StringComparison.Ordinal))];
        Assert.True(commands.Length > 12);
        foreach (var command in commands)
        {
            var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
            var parsed = Assert.IsType<CommandLine.Parsed<object>>(parser.ParseArguments(words, verbs), exactMatch: false);
            Assert.Null(UsageMistake.Overlooked(parsed.Value.GetType(), words));
        }
    }

    [GeneratedRegex(@"scripts/download-weights\.sh((?: [\w.-]+)+)")]
    private static partial Regex WeightNames();

    static bool Runs(string command) => Reason(command) is null;

    static string? Reason(string command) => NotHere.FirstOrDefault(not => command.StartsWith(not.Command, StringComparison.Ordinal)).Why;

    // Photos of a person, a video of another, and configurations: synthetic-64 is smoke's networks at its size.
    void MakeWhatTheReaderHas()
    {
        var configs = Repository.At("configs");
        Directory.CreateDirectory(folder.At("configs"));
        foreach (var file in Directory.GetFiles(configs))
            File.Copy(file, folder.At($"configs/{Path.GetFileName(file)}"));
        var smoke = File.ReadAllText(Path.Combine(configs, "smoke.yaml"));
        File.WriteAllText(folder.At("configs/synthetic-64.yaml"),
            smoke.Replace("size: 32", "size: 64").Replace("steps: 20", "steps: 4") + "\nfine_tuning:\n  epochs: 2\n");

        var people = new SyntheticPopulation(3);
        for (var frame = 0; frame < 9; frame++)
            Look(0, 5 * frame).Save(folder.At($"photos/{frame}.jpg"));
        using var driver = VideoWriter.Create(folder.At("driver.mp4"), 128, 128, new FrameRate(25, 1));
        for (var frame = 0; frame < 6; frame++)
            driver.Write(Look(1, frame));
        driver.Finish();

        Picture Look(int person, int frame) => new(128, 128, people.Identity(person).Clip(0).Frame(frame, 128).Rgb);
    }

    static string[] Smaller(string[] words)
    {
        string[] smaller = [.. words.Select((word, i) => i > 0 && Cut.TryGetValue((words[0], words[i - 1]), out var value)
            ? value : word)];
        return Added.TryGetValue(words[0], out var added) && !words.Contains(added.Option)
            ? [.. smaller, added.Option, added.Value] : smaller;
    }

    // What the README says a verb writes.
    static IEnumerable<string> Outputs(string[] words)
    {
        var at = Array.IndexOf(words, "--out") + 1;
        if (at == 0)
            return [];
        var path = words[at];
        string[] more = words[0] switch
        {
            "train" => ["config.yaml", "environment.json", "metrics.jsonl", "events", "samples", "checkpoints"],
            "evaluate" => ["report.html", "results.json", "timing.json", "table.md", "records"],
            _ => [],
        };
        return [path, .. more.Select(name => Path.Combine(path, name)),
            .. words[0] == "finetune" ? [Path.ChangeExtension(path, ".png")] : Array.Empty<string>()];
    }

    (int Code, string Said) Run(string[] arguments)
    {
        var (code, output, error) = ProgramProcess.Run(arguments, folder.At(""));
        return (code, output + error);
    }
}

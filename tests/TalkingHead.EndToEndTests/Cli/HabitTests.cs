using System.Diagnostics;
using TalkingHead.Cli;
using TalkingHead.EndToEndTests.Media;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using static TalkingHead.Tests.Cli.InProcess;

namespace TalkingHead.EndToEndTests.Cli;

/// <summary>What people type, and the places they have: one sentence and the right exit code, never a stack trace.</summary>
public sealed class HabitTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static IEnumerable<Type> Verbs => typeof(HelpPage).Assembly.GetTypes()
        .Where(type => typeof(IVerb).IsAssignableFrom(type) && !type.IsInterface && !type.IsAbstract);

    static string[] Minimal(Type verb, string but) =>
    [
        HelpPage.VerbOf(verb).Name, .. HelpPage.Values(verb).Select(_ => "what"),
        .. HelpPage.Options(verb).Where(option => option.Attribute.Required && option.Attribute.LongName != but)
        .SelectMany(option => new[] { $"--{option.Attribute.LongName}", "what" }),
    ];

    [Fact]
    public void ADecimalCommaIsRefusedByEveryOptionThatIsANumber()
    {
        var options = Verbs.SelectMany(verb => HelpPage.Options(verb)
            .Where(option => (Nullable.GetUnderlyingType(option.Property.PropertyType) ?? option.Property.PropertyType) == typeof(double))
            .Select(option => (verb, option.Attribute.LongName))).ToArray();
        Assert.True(options.Length >= 7);
        foreach (var (verb, name) in options)
        {
            foreach (var typed in new[] { new[] { $"--{name}", "2,5" }, [$"--{name}=1,000"], [$"--{name}", "1.000,5"] })
            {
                var (code, said) = Run([.. Minimal(verb, name), .. typed]);
                Assert.Equal(2, code);
                Assert.Contains($"--{name} \"{typed[^1].Split('=')[^1]}\": expected a number", said);
            }
        }
    }

    [Fact]
    public void WholeNumbersAndRatesTakeNoCommaEither()
    {
        Assert.Contains("expected a whole number", Run("synth", "--out", "x", "--identities", "1,000").Error);
        Assert.False(FrameRate.TryParse("2,5", out _));
        Assert.Contains("2,5", Run("inspect", Repository.At("configs/smoke.yaml"), "--set", "optimizer.beta1=0,5").Error.Replace("0,5",
            "2,5", StringComparison.Ordinal));
        Assert.Equal(2, Run("inspect", Repository.At("configs/smoke.yaml"), "--set", "optimizer.beta1=0,5").Code);
    }

    [Fact]
    public void AnEmptyNameIsSaidForEveryVerb()
    {
        foreach (var verb in Verbs)
        {
            foreach (var (_, option) in HelpPage.Options(verb)
                .Where(option => option.Property.PropertyType == typeof(string)
                    || option.Property.PropertyType == typeof(IEnumerable<string>)))
            {
                var (code, said) = Run([.. Minimal(verb, option.LongName), $"--{option.LongName}", ""]);
                Assert.Equal(2, code);
                Assert.Contains($"--{option.LongName}", said);
                Assert.Contains("is empty", said);
            }

            if (HelpPage.Values(verb).Length > 0)
            {
                var line = Minimal(verb, "");
                line[1] = "";
                Assert.Contains($"{HelpPage.Values(verb)[0].Attribute.MetaName} is empty", Run(line).Error);
            }
        }
    }

    [Fact]
    public void TwoDashesEndTheOptions()
    {
        Assert.Contains("-photo.jpg: no such file", Run("landmarks", "--out", folder.At("o.png"), "--", "-photo.jpg").Error);
        Assert.Contains("--out: no such file", Run("landmarks", "--out", folder.At("o.png"), "--", "--out").Error);
        Assert.Contains("one argument too many", Run("landmarks", "--out", folder.At("o.png"), "--", "a", "b").Error);
    }

    [Fact]
    public void NamesOfTheLongestLengthAreWritten()
    {
        var name = folder.At(new string('x', 250) + ".json");
        Assert.Equal((0, ""), Run("inspect", Repository.At("configs/smoke.yaml"), "--json", name));
        Assert.True(File.Exists(name));
        name = folder.At(string.Concat(Enumerable.Repeat("ü", 125)) + ".png"); // 254 bytes
        TestPictures.Waves(8, 8).Save(name);
        Assert.True(File.Exists(name));
        Assert.Contains("cannot be written", Assert.Throws<UserException>(() =>
            TestPictures.Waves(8, 8).Save(folder.At(new string('x', 300) + ".png"))).Message);
    }

    [Theory]
    [InlineData("landmarks", "photo.png", "--out", "/dev/stdout")]
    [InlineData("animate", "a.head", "--driver", "d.mp4", "--out", "/dev/null")]
    [InlineData("finetune", "run", "--from", "photo.png", "--out", "/dev/stdout")]
    [InlineData("export", "run", "--out", "/dev/fd/1")]
    [InlineData("inspect", "run", "--sheet", "/dev/stdout")]
    public void ADeviceIsNoFile(params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "devices have other names.");
        foreach (var name in new[] { "photo.png", "a.head", "d.mp4", "run" })
            File.WriteAllText(folder.At(name), "x");
        var (code, said) = Run([.. arguments.Select(each => File.Exists(folder.At(each)) ? folder.At(each) : each)]);
        Assert.Equal(2, code);
        Assert.Contains("is a device; expected a file's name", said);
    }

    [Fact]
    public void FiguresMayGoToStandardOutput()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "devices have other names.");
        var (code, output, said) = ProgramProcess.Run(["inspect", Repository.At("configs/smoke.yaml"), "--json", "/dev/stdout"]);
        Assert.Equal((0, ""), (code, said));
        Assert.Contains("\"row_of_w\"", output);
    }

    [Fact]
    public void AWrongEndingIsSaidBeforeWork()
    {
        Assert.Equal(2, Run("synth", "--out", folder.At("set"), "--identities", "3", "--frames", "2", "--sheet",
            folder.At("people.bmp")).Code);
        Assert.False(Directory.Exists(folder.At("set")));
    }

    // A limit on the size of files is a full disk that needs no rights: what is written beyond it fails.
    [Theory]
    [InlineData("frames")]
    [InlineData("o.gif")]
    [InlineData("o.mp4")]
    [InlineData("sheet.png")]
    public void AFullDiskIsOneSentenceAndNothingIsLeft(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "ulimit is a shell's.");
        string[] line;
        if (name == "sheet.png")
            line = ["inspect", Path.Combine(folder.At("set")), "--sheet", folder.At(name)];
        else
        {
            Needs.Ffmpeg();
            SyntheticVideo.Write(folder.At("driver.mp4"), frames: 12);
            line = ["landmarks", folder.At("driver.mp4"), "--out", folder.At(name)];
        }

        if (name == "sheet.png")
            Assert.Equal(0, Run("synth", "--out", folder.At("set"), "--identities", "6", "--frames", "2", "--size", "128").Code);
        var before = folder.Files;
        var (code, said) = Limited(4, line); // blocks of 1024 bytes
        Assert.Equal(1, code);
        Assert.DoesNotContain("Unhandled", said);
        Assert.DoesNotContain("   at ", said);
        Assert.Contains("talkinghead: ", said);
        Assert.Equal(before, folder.Files);
    }

    [Fact]
    public void WhatIsLeftBecomesOneSentenceThatNamesALog()
    {
        Exception failure;
        try
        {
            throw new InvalidOperationException("a pipe is\nbent");
        }
        catch (InvalidOperationException e)
        {
            failure = new AggregateException(e);
        }

        var sentence = CrashLog.Sentence(failure, ["animate", "a.head"]);
        Assert.Matches("^talkinghead: an unforeseen failure \\(a pipe is bent\\); (.*\\.log) has the details: please report it with "
            + "that file\\.$", sentence);
        var log = sentence.Split("; ")[1].Split(" has the details")[0];
        var text = File.ReadAllText(log);
        File.Delete(log);
        Assert.Contains("arguments: animate a.head", text);
        Assert.Contains(nameof(WhatIsLeftBecomesOneSentenceThatNamesALog), text);
    }

    [Fact]
    public void AFolderThatVanishedOrIsAFileIsOneSentence()
    {
        File.WriteAllText(folder.At("file"), "x");
        foreach (var line in new string[][]
        {
            ["synth", "--out", folder.At("file/set"), "--identities", "3", "--frames", "2"],
            ["inspect", Repository.At("configs/smoke.yaml"), "--json", folder.At("file/a.json")],
            ["inspect", folder.At("nothing")],
            ["prepare", "--layout", "photos", "--from", folder.At("file"), "--out", folder.At("new")],
            ["compare", folder.At("file"), folder.At("file")],
            ["train", Repository.At("configs/smoke.yaml"), "--data", folder.At("file"), "--out", folder.At("run")],
            ["landmarks", folder.At("nothing"), "--out", folder.At("o.png")],
        })
        {
            var (code, said) = Run(line);
            Assert.Equal(1, code);
            Assert.Single(said.Trim().Split('\n'));
            Assert.DoesNotContain("unforeseen", said);
        }
    }

    [Fact]
    public void ALinkToTheLauncherWorks()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the launcher is a shell's.");
        File.CreateSymbolicLink(folder.At("th"), Repository.At("scripts/talkinghead"));
        File.CreateSymbolicLink(folder.At("th2"), "th");
        var text = File.ReadAllText(Repository.At("scripts/talkinghead")).Split('\n')
            .TakeWhile(line => !line.StartsWith("changed()", StringComparison.Ordinal)).ToArray();
        File.WriteAllLines(folder.At("head.sh"), [.. text, "echo \"$root\""]);
        foreach (var link in new[] { "th", "th2" })
        {
            using var shell = Process.Start(new ProcessStartInfo("bash",
                ["-c",
                    $"exec -a {folder.At(link)} bash -c '. {folder.At("head.sh")}' {folder.At(link)}"])
            { RedirectStandardOutput = true })!;
            Assert.Equal(Path.TrimEndingDirectorySeparator(Repository.Root), shell.StandardOutput.ReadToEnd().Trim());
        }
    }

    static (int Code, string Said) Limited(int blocks, string[] line)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash",
            ["-c", $"trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"", "bash", .. ProgramProcess.Line(line)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" }, // else the runtime itself needs a large file
        })!;
        var output = shell.StandardOutput.ReadToEndAsync();
        var said = shell.StandardError.ReadToEnd();
        shell.WaitForExit();
        output.Wait();
        return (shell.ExitCode, said);
    }
}

using TalkingHead.Cli;
using TalkingHead.Media;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using static TalkingHead.Tests.Cli.InProcess;

namespace TalkingHead.Tests.Cli;

/// <summary>No verb writes over an input or over a file that this program did not make; its own earlier output may be replaced.</summary>
public sealed class OutputFilesTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("animate", "in.head", "--driver", "in.mp4", "--out", "in.mp4")]
    [InlineData("animate", "in.head", "--driver", "in.mp4", "--out", "in.head")]
    [InlineData("animate", "in.head", "--driver", "in.mp4", "--out", "new.mp4", "--json", "in.mp4")]
    [InlineData("animate", "in.head", "--driver", "in.mp4", "--out", "new.mp4", "--json", "in.head")]
    [InlineData("animate", "in.head", "--driver", "in.mp4", "--out", "sub/../in.mp4")]
    [InlineData("animate", "in.head", "--driver", "link.mp4", "--out", "in.mp4")]
    [InlineData("animate", "in.head", "--driver", "in.mp4", "--out", "linked/in.mp4")]
    [InlineData("animate", "in.head", "--driver", "in.mp4", "--out", "notes.mp4")]
    [InlineData("landmarks", "in.mp4", "--out", "in.mp4")]
    [InlineData("landmarks", "in.jpg", "--out", "in.jpg")]
    [InlineData("landmarks", "in.jpg", "--out", "notes.png")]
    [InlineData("landmarks", "in.jpg", "--out", "new.png", "--json", "notes.json")]
    [InlineData("landmarks", "photos", "--out", "photos")] // photos/a.jpg.png is there
    [InlineData("finetune", "in.safetensors", "--from", "in.jpg", "--out", "in.safetensors")]
    [InlineData("finetune", "in.safetensors", "--from", "in.png", "--out", "in.head2")] // the sheet would be in.png
    [InlineData("finetune", "in.safetensors", "--from", "in.jpg", "--out", "notes.head")] // the sheet would be notes.png
    [InlineData("finetune", "in.safetensors", "--from", "in.jpg", "--out", "notes.json")]
    [InlineData("finetune", "in.safetensors", "--from", "in.jpg", "in.png", "--out", "new.head", "--json", "in.png")]
    [InlineData("export", "in.safetensors", "--out", "in.safetensors")]
    [InlineData("export", "in.safetensors", "--out", "notes.json")]
    [InlineData("inspect", "in.head", "--json", "in.head")]
    [InlineData("inspect", "in.head", "--sheet", "in.png")]
    [InlineData("inspect", "config.yaml", "--json", "config.yaml")]
    [InlineData("synth", "--out", "new", "--sheet", "in.png")]
    [InlineData("synth", "--out", "new", "--json", "notes.json")]
    [InlineData("synth", "--out", "notes.json")]
    [InlineData("prepare", "--layout", "photos", "--from", "photos", "--out", "photos")]
    [InlineData("prepare", "--layout", "photos", "--from", "photos", "--out", "new", "--json", "notes.json")]
    [InlineData("train", "config.yaml", "--data", "photos", "--out", "photos")]
    [InlineData("train", "config.yaml", "--data", "photos", "--out", ".")] // config.yaml is there
    [InlineData("evaluate", "in.safetensors", "--data", "photos", "--out", "photos")]
    [InlineData("evaluate", "in.safetensors", "--data", "photos", "--out", "sub")] // report.html is there
    [InlineData("compare", "photos", "sub", "--json", "notes.json")]
    [InlineData("import", "in.safetensors", "--kind", "vt-master", "--out", "in.safetensors")]
    [InlineData("bench", "config.yaml", "--json", "notes.json")]
    [InlineData("doctor", "--json", "notes.json")]
    [InlineData("animate", "in.head", "--driver", "in.mp4", "--out", "new.json", "--json", "new.json")] // one for two
    public void NothingIsTouchedAndOneSentenceSaysWhy(params string[] arguments)
    {
        foreach (var name in new[] { "in.mp4", "in.head", "in.head2", "in.jpg", "in.png", "in.safetensors", "notes.mp4", "notes.png",
            "photos/a.jpg", "photos/a.jpg.png", "sub/report.html" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.At(name))!);
            File.WriteAllText(folder.At(name), $"someone's {name}");
        }

        File.WriteAllText(folder.At("notes.json"), """{"diary":"mine"}""");
        File.Copy(Repository.At("configs/smoke.yaml"), folder.At("config.yaml"));
        File.CreateSymbolicLink(folder.At("link.mp4"), folder.At("in.mp4"));
        Directory.CreateSymbolicLink(folder.At("linked"), folder.At("."));
        File.Delete(folder.At("in.head2"));
        var before = Everything();
        var (code,
            said) = Run([arguments[0], .. arguments[1..].Select((each, i) =>
                each.StartsWith("--", StringComparison.Ordinal) || arguments[i] is "--layout" or "--kind" ? each : folder.At(each))]);
        Assert.Equal(2, code);
        Assert.Single(said.Trim().Split('\n'));
        Assert.Matches("--(out|json|sheet): ", said);
        Assert.Matches("is an input|is there already|names, too", said);
        Assert.Equal(before, Everything());
    }

    SortedDictionary<string, string> Everything() =>
        new(new DirectoryInfo(folder.At(".")).EnumerateFiles("*",
            new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip =
                    FileAttributes.ReparsePoint
            }).ToDictionary(file => file.FullName, file => File.ReadAllText(file.FullName)));

    [Fact]
    public void LettersOfAnotherCaseAreOneFileWhereTheFileSystemSaysSo()
    {
        File.WriteAllText(folder.At("Anna.png"), "x");
        var oneFile = File.Exists(folder.At("anna.PNG"));
        Assert.Equal(oneFile, OutputFiles.Same(folder.At("Anna.png"), folder.At("anna.PNG")));
        File.WriteAllText(folder.At("anna.PNG"), "y");
        Assert.Equal(oneFile, OutputFiles.Same(folder.At("Anna.png"), folder.At("anna.PNG")));
        Assert.True(OutputFiles.Same(folder.At("new.png"), folder.At("sub/../new.png")));
        Assert.False(OutputFiles.Same(folder.At("new.png"), folder.At("other.png")));
    }

    [Fact]
    public void OnesOwnEarlierOutputIsReplaced()
    {
        string json = folder.At("smoke.json"), set = folder.At("set0");
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal((0, ""), Run("inspect", Repository.At("configs/smoke.yaml"), "--json", json));
            Assert.Equal((0, ""), Run("synth", "--out", folder.At($"set{time}"), "--identities", "3", "--frames", "2", "--sheet",
                folder.At("people.jpg"), "--json", folder.At("synth.json")));
            Assert.Equal((0, ""), Run("inspect", set, "--sheet", folder.At("sheet.png"), "--json", folder.At("set.json")));
            Assert.Equal((0, ""), Run("inspect", set, "--sheet", folder.At("sheet.webp")));
        }

        Assert.Equal(2, Run("inspect", Repository.At("configs/smoke.yaml"), "--json", folder.At("synth.json")).Code); // of another kind
        Assert.Equal(Picture.Load(folder.At("sheet.png")).Width, Picture.Load(folder.At("sheet.webp")).Width);
    }

    [Theory]
    [InlineData("a.mp4")]
    [InlineData("a.gif")]
    public void VideosOfThisProgramAreKnownByTheirMark(string name)
    {
        Needs.Ffmpeg();
        foreach (var settings in new VideoWriteSettings[] { new() { Comment = OutputFiles.Comment },
            new() { Mark = SyntheticMark.For("head x") }, new() })
        {
            File.Delete(folder.At(name));
            using (var writer = VideoWriter.Create(folder.At(name), 32, 32, new(10, 1), settings))
            {
                for (var i = 0; i < 40; i++)
                    writer.Write(TestPictures.Noise(32, 32, i));
                writer.Finish();
            }

            var refused = Record.Exception(() => OutputFiles.Check([], OutputFiles.Media("out", folder.At(name))));
            if (settings.Comment is null && settings.Mark is null)
                Assert.Contains("is no earlier output", Assert.IsType<UserException>(refused).Message);
            else
                Assert.Null(refused);
        }
    }
}

using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using TalkingHead.Pretrained;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.Tests.Pretrained;

public sealed class PublishedWeightsTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void TheTableHasItsForm()
    {
        Assert.Equal(PublishedWeights.Table.Count, PublishedWeights.Table.Select(file => file.Name).Distinct().Count());
        Assert.All(PublishedWeights.Table, file =>
        {
            Assert.Matches(new Regex(@"^[A-Za-z0-9][A-Za-z0-9._-]*$"), file.Name);
            Assert.Matches(new Regex(@"^([0-9a-f]{8}|[0-9a-f]{64})?$"), file.Sha256);
            Assert.True(file.Bytes >= 0, file.Name);
            Assert.True(Uri.TryCreate(file.Address, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps,
                file.Address);
            Assert.NotEqual("", file.Licence);
            Assert.NotEqual("", file.Use);
            Assert.DoesNotContain('|', string.Concat(file.Name, file.Licence, file.Address, file.Use)); // the script's separator
        });
    }

    [Fact]
    public void EveryNetworksFileIsInTheTable()
    {
        string[] files =
        [
            VggKind.Caffe19.File, VggKind.Torchvision19.File, VggKind.Torchvision16.File, VggKind.Face.File, Inception.File,
            ArcFaceKind.IResNet50.File, ArcFaceKind.IResNet100.File, ArcFaceKind.IrSe50.File, AlexTrunk.File, SqueezeTrunk.File,
            LpipsTrunk.Alex.File, LpipsTrunk.Vgg.File, LpipsTrunk.Squeeze.File, ResNet18.File, FaceRes.File, I3d.File,
        ];
        Assert.All(files, file => Assert.Contains(PublishedWeights.Table, row => row.Name == file));
    }

    [Fact]
    public void AMissingFileIsOneSentenceWithTheCommandThatFetchesIt()
    {
        var error = Assert.Throws<UserException>(() => PublishedWeights.Locate("no-such.pth"));
        Assert.EndsWith(
            "no-such.pth: no such file: run scripts/download-weights.sh no-such.pth, or point TALKINGHEAD_WEIGHTS at the folder that "
            + "holds it.",
            error.Message);
    }

    [Fact]
    public void TheScriptFetchesVerifiesResumesAndRefuses()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.WriteAllText(folder.At("source"), "the weights");
        var sha = Convert.ToHexStringLower(SHA256.HashData("the weights"u8));
        var source = new Uri(folder.At("source")).AbsoluteUri;
        File.WriteAllLines(folder.At("table"),
        [
            $"good.pth\tdirect\t11\t{sha}\tMIT\t{source}\ttest",
            $"short.pth\tdirect\t11\t{sha[..8]}\tMIT\t{source}\ttest",
            $"bad.pth\tdirect\t11\t{new string('0', 64)}\tMIT\t{source}\ttest",
            "page.pth\tby-hand\t0\t\tMIT\thttps://example.org/page\ttest",
        ]);

        File.WriteAllText(folder.At("good.pth.part"), "the w"); // as a broken download leaves it
        var fetched = Run("good.pth");
        Assert.Equal((0, "the weights"), (fetched.Code, File.ReadAllText(folder.At("good.pth"))));
        Assert.Contains("; licence: MIT", fetched.Output);
        Assert.Contains("good.pth: here and whole", Run("good.pth").Output);
        Assert.Equal(0, Run("short.pth").Code);
        var bad = Run("bad.pth");
        Assert.Equal(1, bad.Code);
        Assert.Contains("bad.pth: its sha256 is", bad.Output);
        Assert.False(File.Exists(folder.At("bad.pth")));
        Assert.Contains("https://example.org/page", Run("page.pth").Output);
        Assert.Contains("no such row", Run("other.pth").Output);
    }

    (int Code, string Output) Run(string name)
    {
        var start = new ProcessStartInfo("bash", [Repository.At("scripts/download-weights.sh"), name])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.Environment["TALKINGHEAD_WEIGHTS"] = Path.GetDirectoryName(folder.At("x"));
        start.Environment["TALKINGHEAD_WEIGHTS_TABLE"] = folder.At("table");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}

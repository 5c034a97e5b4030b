using System.Text.Json;
using TalkingHead.Media;
using TalkingHead.Provenance;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using static TalkingHead.Tests.Cli.InProcess;

namespace TalkingHead.Tests.Cli;

public sealed class VerifyVerbTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public VerifyVerbTests()
    {
        var mark = SyntheticMark.For("head 0123456789abcdef");
        ContentCredentials.Open().Save(TestPictures.Waves(64, 64), folder.At("ours.png"), mark);
        TestPictures.Waves(64, 64).Save(folder.At("plain.png"));
        File.WriteAllText(folder.At("words.txt"), "no picture");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void OnlyWhatIsCertainEndsWellAndJsonSaysWhy()
    {
        Assert.Equal((0, ""), Run("verify", folder.At("ours.png"), folder.At("ours.png"), "--json", folder.At("v.json")));
        var entry = JsonDocument.Parse(File.ReadAllText(folder.At("v.json"))).RootElement[1];
        Assert.Equal("Certain", entry.GetProperty("verdict").GetString());
        Assert.Equal("head 0123456789abcdef", entry.GetProperty("credentials").GetProperty("model").GetString());
        Assert.False(entry.GetProperty("mark").GetProperty("found").GetBoolean());

        var (code, error) = Run("verify", folder.At("plain.png"));
        Assert.Equal(1, code);
        Assert.Equal($"talkinghead: {folder.At("plain.png")}: not certain to be made by talkinghead and unchanged.", error.TrimEnd());
        (code, error) = Run("verify", folder.At("ours.png"), folder.At("plain.png"));
        Assert.Equal((1, "talkinghead: 1 of 2 files are not certain to be made by talkinghead and unchanged."), (code, error.TrimEnd()));
    }

    [Fact]
    public void MistakesAreOneSentence()
    {
        var (code, error) = Run("verify", folder.At("missing.png"));
        Assert.Equal((1, $"talkinghead: {folder.At("missing.png")}: no such file."), (code, error.TrimEnd()));
        Assert.Equal(1, Run("verify", folder.At("words.txt")).Code);
        (code, error) = Run("verify", folder.At("ours.png"), "--trust", folder.At("words.txt"));
        Assert.Equal((2, $"talkinghead: {folder.At("words.txt")}: holds no certificate; expected PEM."), (code, error.TrimEnd()));
        Assert.Equal(2, Run("verify").Code);
    }
}

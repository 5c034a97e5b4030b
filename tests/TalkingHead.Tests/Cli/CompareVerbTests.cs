using System.Text.Json;
using TalkingHead.Data;
using TalkingHead.Media;
using TalkingHead.Tests.Data;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using static TalkingHead.Tests.Cli.InProcess;

namespace TalkingHead.Tests.Cli;

public sealed class CompareVerbTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void FiguresGoToTheJsonFileWithAllThatMakesThemComparable()
    {
        TestPictures.Waves(40, 30).Save(folder.At("real/a.png"));
        TestPictures.Waves(40, 30, 0.3).Save(folder.At("fake/a.png"));
        Assert.Equal((0, ""), Run("compare", folder.At("real"), folder.At("fake"), "--metrics", "ssim,l1", "--device", "cpu", "--json",
            folder.At("out.json")));
        var row = JsonDocument.Parse(File.ReadAllText(folder.At("out.json"))).RootElement.GetProperty("rows")[0];
        Assert.Equal("SSIM", row.GetProperty("metric").GetString());
        Assert.InRange(row.GetProperty("value").GetDouble(), 0.1, 0.99);
        Assert.Equal((1, "40x30"), (row.GetProperty("fake").GetInt32(), row.GetProperty("resolution").GetString()));
        Assert.StartsWith("Gaussian 11x11", row.GetProperty("definition").GetString());
    }

    [Fact]
    public void DatasetsAreComparedFrameByFrame()
    {
        foreach (var name in (string[])["real", "fake"])
        {
            using var writer = new DatasetWriter(folder.At(name), MadeClips.Options);
            for (var clip = 0; clip < 2; clip++)
            {
                var frames = Enumerable.Range(0, 3).Select(frame => Picture(clip, frame)).ToArray();
                writer.Add(MadeClips.Record(clip), frames, new float[3 * 136]);
            }

            writer.Complete();
        }

        Assert.Equal((0, ""), Run("compare", folder.At("real"), folder.At("fake"), "--metrics", "psnr,l1", "--json",
            folder.At("out.json")));
        var rows = JsonDocument.Parse(File.ReadAllText(folder.At("out.json"))).RootElement.GetProperty("rows");
        Assert.Equal((6, "all pairs identical"), (rows[0].GetProperty("real").GetInt32(), rows[0].GetProperty("marks")[0].GetString()));
        Assert.Equal((0, "64x64"), (rows[1].GetProperty("value").GetDouble(), rows[1].GetProperty("resolution").GetString()));

        static ReadOnlyMemory<byte> Picture(int clip, int frame) => PictureFile.Encode(TestPictures.Waves(64, 64, clip + frame), "x.jpg");
    }

    [Fact]
    public void MistakesAreOneSentenceEach()
    {
        Directory.CreateDirectory(folder.At("empty"));
        TestPictures.Waves(20, 20).Save(folder.At("real/a.png"));
        TestPictures.Waves(20, 20).Save(folder.At("other/b.png"));
        TestPictures.Waves(20, 20).Save(folder.At("twice/a.png"));
        TestPictures.Waves(20, 20).Save(folder.At("twice/a.jpg"));
        var (real, other, twice) = (folder.At("real"), folder.At("other"), folder.At("twice"));

        AssertSays(1, $"{folder.At("none")}: no such folder; expected a folder of pictures or a dataset.", real, folder.At("none"));
        AssertSays(1, $"{real}/a.png: is a file; expected a folder of pictures or a dataset.", $"{real}/a.png", real);
        AssertSays(1, $"{folder.At("empty")}: holds no picture (.jpg, .jpeg, .png, .webp, .bmp and others) and no dataset.", real,
            folder.At("empty"));
        AssertSays(1, "these two have one name; keep one of them.", real, twice);
        AssertSays(1, $"{real} and {other}: none of the metrics could be measured; the lines above say why.", real, other,
            "--metrics", "ssim");
        AssertSays(2, "--metrics: unknown metric \"ssin\"; expected some of ssim, psnr, l1, resnet18, fd-resnet18, fid, kid, fvd, lpips, "
            + "csim, identity, akd, nme, pose, gaze, temporal, jitter, eyes-l1, eyes-ssim, mouth-l1, mouth-ssim, pose-following, pose-r, "
            + "expression-following, expression-r. Did you mean \"ssim\"?", real, real, "--metrics", "psnr,ssin");
        AssertSays(2, "--metrics names no metric; expected some of", real, real, "--metrics", ",");
        AssertSays(2, "--metrics: pose-r follows one person through a clip; evaluate measures it.", real, real, "--metrics", "ssim,pose-r");
        AssertSays(2, "--fid-variant tf: expected pytorch-fid or clean-fid.", real, real, "--fid-variant", "tf");
        AssertSays(2, "--lpips-trunk resnet: expected alex, vgg, squeeze.", real, real, "--lpips-trunk", "resnet");
        AssertSays(2, "--csim-network facenet: expected ir-se50, ir-se50-rgb, r50, r100.", real, real, "--csim-network", "facenet");
    }

    static void AssertSays(int code, string words, params string[] arguments)
    {
        var (found, error) = Run(["compare", .. arguments]);
        Assert.Contains(words, error);
        Assert.Equal((code, 1), (found, error.TrimEnd().Split('\n').Length));
    }
}

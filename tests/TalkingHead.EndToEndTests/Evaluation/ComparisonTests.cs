using SkiaSharp;
using TalkingHead.EndToEndTests.Media;
using TalkingHead.Evaluation;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TalkingHead.Tests;
using TalkingHead.Tests.Evaluation;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Pretrained;
using TalkingHead.Tests.Serialization;
using static TalkingHead.Tests.Evaluation.MetricFixtures;

namespace TalkingHead.EndToEndTests.Evaluation;

public sealed class ComparisonTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void IdenticalFoldersAreIdenticalByEveryMetric()
    {
        foreach (var (picture, i) in new[] { Load("truth"), Load("blurred"), Load("noisy"),
            TestPictures.Waves(80, 96) }.Select((picture, i) => (picture, i)))
        {
            picture.Save(folder.At($"real/{i}.png"));
            picture.Save(folder.At($"fake/{i}.png"));
        }

        var rows = Compare(new() { Metrics = Metric.Parse("ssim,psnr,l1,fid,kid,lpips") },
            FormulaNetworks()).Rows.ToDictionary(row => row.Metric);
        Assert.All(rows.Values, row => Assert.Null(row.Reason));
        Assert.Equal(1, rows["SSIM"].Value!.Value, 1e-12);
        Assert.Equal((null, "all pairs identical"), (rows["PSNR"].Value, Assert.Single(rows["PSNR"].Marks)));
        Assert.Equal((0, 0), (rows["L1"].Value, rows["LPIPS"].Value));
        Assert.InRange(rows["FID"].Value!.Value, 0, 1e-3);
        Assert.Equal("biased: N < 2048", Assert.Single(rows["FID"].Marks));
        Assert.True(rows["FID floor"].Value > rows["FID"].Value);
        Assert.InRange(rows["KID"].Value!.Value, -0.1, 0); // of four pictures; DistributionTests hold how it shrinks
        Assert.Equal((4, 4, "80x96"), (rows["FID"].Real, rows["FID"].Fake, rows["FID"].Resolution));
    }

    [Fact]
    public void OnePictureHasNoFid()
    {
        Load("truth").Save(folder.At("real/one.png"));
        Load("truth").Save(folder.At("fake/one.png"));
        var rows = Compare(new() { Metrics = [Metric.Fid, Metric.Kid] }, FormulaNetworks()).Rows;
        Assert.Equal(["FID", "FID floor", "KID"], rows.Select(row => row.Metric));
        Assert.Equal("a distribution needs two pictures or more on each side, here are 1 and 1", rows[0].Reason);
        Assert.Equal("a distribution needs two pictures or more on each side, here are 1 and 0", rows[1].Reason);
    }

    [Fact]
    public void RowsComeAsAskedAndEqualTheMetrics()
    {
        Load("truth").Save(folder.At("real/one.png"));
        Load("noisy").Save(folder.At("fake/one.png"));
        Load("truth").Save(folder.At("real/two/same.png"));
        Load("truth").Save(folder.At("fake/two/same.png"));
        var result = Compare(new() { Metrics = Metric.Parse(" psnr, ssim,psnr") });
        Assert.Equal(["PSNR", "SSIM"], result.Rows.Select(row => row.Metric));
        Assert.Equal(Expected("paired", "noisy", "psnr").GetDouble(), result.Rows[0].Value!.Value, 1e-9);
        Assert.Equal((2, "1 pair identical, left out of the mean"), (result.Rows[0].Real, result.Rows[0].Marks[0]));
        Assert.Equal((1 + Expected("paired", "noisy", "ssim").GetDouble()) / 2, result.Rows[1].Value!.Value, 1e-6);
        Assert.Empty(result.Notes);
    }

    [Fact]
    public void WhatIsLeftOutOrChangedIsCountedWithAnExample()
    {
        Load("truth").Save(folder.At("real/good.png"));
        Load("noisy").Save(folder.At("fake/good.jpg")); // another ending, the same name
        TestPictures.Noise(64, 64, 1).Save(folder.At("real/size.png"));
        TestPictures.Noise(32, 64, 1).Save(folder.At("fake/size.png"));
        TestPictures.Noise(8, 8, 1).Save(folder.At("real/tiny.png"));
        TestPictures.Noise(8, 8, 2).Save(folder.At("fake/tiny.png"));
        Load("truth").Save(folder.At("real/only-real.png"));
        Load("truth").Save(folder.At("real/only-real-too.png"));
        Load("truth").Save(folder.At("fake/only-fake.png"));
        Load("truth").Save(folder.At("real/broken.png"));
        File.WriteAllText(folder.At("fake/broken.png"), "no picture");
        File.WriteAllText(folder.At("fake/figures.txt"), "1");
        SaveGray(folder.At("real/gray.jpg"));
        SaveTransparent(folder.At("fake/gray.png"));

        var result = Compare(new() { Metrics = [Metric.Ssim, Metric.Psnr] });
        Assert.Equal(2, result.Rows[0].Real);
        Assert.Equal("1 pair under 11x11 left out", Assert.Single(result.Rows[0].Marks));
        Assert.Equal((3, "8x8 to 80x96"), (result.Rows[1].Real, result.Rows[1].Resolution));
        var (real, fake) = (folder.At("real"), folder.At("fake"));
        Assert.Equal(
        [
            $"{real}: 2 pictures without a namesake in {fake}, left out of the metrics of pairs: only-real and 1 more.",
            $"{fake}: 1 picture without a namesake in {real}, left out of the metrics of pairs: only-fake.",
            "1 pair of unequal size left out of the metrics of pairs: size is 64x64 and 32x64.",
            $"1 picture could not be read and was left out: {folder.At("fake/broken.png")}: not a picture that can be read; expected JPEG, "
                + $"PNG or WebP content.",
            $"{real}: 1 picture grayscale, measured with equal channels: gray.",
            $"{fake}: 1 picture transparent, laid on white: gray.",
            $"{fake}: 1 file is not named as a picture and was not read.",
        ], result.Notes);
    }

    [Fact]
    public void FoldersWithoutACommonNameSaySo()
    {
        Load("truth").Save(folder.At("real/a.png"));
        Load("truth").Save(folder.At("fake/b.png"));
        var row = Assert.Single(Compare(new() { Metrics = [Metric.Ssim] }).Rows);
        Assert.Equal((null, "no pair of pictures of one name and one size was read"), (row.Value, row.Reason));
    }

    [Fact]
    public void AMetricWithoutWeightsIsARowWithTheCommandAndTheOthersGoOn()
    {
        Assert.SkipWhen(PublishedWeights.Has(Inception.File), "the weights are here.");
        Load("truth").Save(folder.At("real/a.png"));
        Load("noisy").Save(folder.At("fake/a.png"));
        var rows = Compare(new() { Metrics = Metric.Parse("fid,ssim,lpips,csim,identity,fvd") }).Rows;
        Assert.Equal(["FID", "SSIM", "LPIPS", "CSIM", "identity", "FVD"], rows.Select(row => row.Metric));
        Assert.EndsWith($"run scripts/download-weights.sh {Inception.File}, or point TALKINGHEAD_WEIGHTS at the folder that holds it.",
            rows[0].Reason);
        Assert.NotNull(rows[1].Value);
        Assert.Contains("download-weights.sh lpips_alex.pth", rows[2].Reason);
        Assert.Contains("download-weights.sh recognition_arcface_ir_se50.pth", rows[3].Reason);
        Assert.Contains("download-weights.sh faceres.bin", rows[4].Reason);
        Assert.Contains("download-weights.sh i3d_pretrained_400.pt", rows[5].Reason);
    }

    [Fact]
    public void FacesAreComparedAndPicturesWithoutOneAreCounted()
    {
        Needs.Ffmpeg();
        using (var reader = VideoReader.Open(RealClips.Path("head-pose-female.mp4")))
        {
            var frames = reader.Frames().Take(4).ToArray();
            frames[0].Save(folder.At("real/0.png"));
            frames[0].Save(folder.At("fake/0.png"));
            frames[1].Save(folder.At("real/1.png"));
            frames[3].Save(folder.At("fake/1.png"));
            frames[2].Save(folder.At("real/2.png"));
            TestPictures.Noise(frames[2].Width, frames[2].Height, 1).Save(folder.At("fake/2.png"));
        }

        var rows = Compare(new() { Metrics = [Metric.Csim, Metric.Identity, Metric.Akd, Metric.Nme, Metric.Gaze] },
            FormulaNetworks()).Rows.ToDictionary(row => row.Metric);
        Assert.Equal(["CSIM", "identity", "AKD", "AKD floor", "NME", "NME floor", "Gaze", "Gaze floor"], rows.Keys);
        foreach (var name in (string[])["CSIM", "identity", "AKD", "NME"])
            Assert.Equal((2, "no face in 1 of the fake pictures"), (rows[name].Real, Assert.Single(rows[name].Marks)));
        Assert.InRange(rows["CSIM"].Value!.Value, 0.5, 1);
        Assert.InRange(rows["identity"].Value!.Value, 0.5, 1);
        Assert.InRange(rows["Gaze"].Value!.Value, 0, 0.3);
        Assert.InRange(rows["AKD"].Value!.Value, 1e-3, 20);
        Assert.InRange(rows["AKD floor"].Value!.Value, 1e-3, 3);
        Assert.InRange(rows["NME"].Value!.Value, 1e-4, 0.2);
        Assert.Equal(3, rows["NME floor"].Real);
    }

    [Fact]
    public void GazeNeedsATrackerThatSeesPupils()
    {
        Load("truth").Save(folder.At("real/a.png"));
        Load("noisy").Save(folder.At("fake/a.png"));
        var row = Assert.Single(Compare(new() { Metrics = [Metric.Gaze], Detector = "fan" }).Rows);
        Assert.Equal("fan sees no pupils; take --detector mesh", row.Reason);
    }

    [Fact]
    public void ClipsOfFramesInARowHaveAVideoDistanceAndOthersSaySo()
    {
        for (var i = 0; i < 33; i++)
        {
            TestPictures.Noise(32, 32, i).Save(folder.At($"real/a/{(i < 32 ? i : 40):D6}.png"));
            TestPictures.Waves(32, 32 + i % 2).Save(folder.At($"odd/a/{i:D6}.png")); // of two sizes
        }
        var same = Compare(new() { Metrics = [Metric.Fvd] }, FormulaNetworks(), fakes: "real").Rows;
        Assert.Equal(["FVD", "FVD floor"], same.Select(row => row.Metric));
        Assert.Equal((2, 2, "biased: N < 400"), (same[0].Real, same[0].Fake, same[0].Marks.Single()));
        Assert.InRange(same[0].Value!.Value, 0, 1e-3);
        Assert.Equal("a distribution needs two clips (16 frames in a row each) or more on each side, here are 1 and 1", same[1].Reason);
        Assert.Equal("a distribution needs two clips (16 frames in a row each) or more on each side, here are 2 and 0",
            Compare(new() { Metrics = [Metric.Fvd] }, FormulaNetworks(), fakes: "odd").Rows[0].Reason);
    }

    static void SaveGray(string path)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(80, 96, SKColorType.Gray8, SKAlphaType.Opaque));
        bitmap.GetPixelSpan().Fill(100);
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        File.WriteAllBytes(path, data!.ToArray());
    }

    static void SaveTransparent(string path)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(80, 96, SKColorType.Rgba8888, SKAlphaType.Premul));
        bitmap.GetPixelSpan().Fill(100);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data!.ToArray());
    }

    static ComparisonNetworks FormulaNetworks() => new(
        (settings, device) => new(FormulaWeights.Fill(new Inception()), settings.FidVariant, device),
        (_, device) => new(new Lpips(FormulaWeights.Fill(new LpipsWeights(LpipsTrunk.Alex)),
            FormulaWeights.Fill(LpipsTrunk.Alex.Empty())), device),
        (_, device) => new(new ArcFace("IR-SE50", FormulaWeights.Fill(ArcFaceKind.IrSe50.Build()), bgr: true), device))
    {
        Identity = device => new(FormulaWeights.Fill(new FaceRes()), device),
        Video = device => new(FormulaWeights.Fill(new I3d()), device),
    };

    ComparisonResult Compare(ComparisonSettings settings, ComparisonNetworks? networks = null, string fakes = "fake")
    {
        using var real = PictureSet.Open(folder.At("real"));
        using var fake = PictureSet.Open(folder.At(fakes));
        using var comparison = new Comparison(real, fake, settings, networks ?? ComparisonNetworks.Published);
        var read = 0;
        var result = comparison.Run(done => read += done);
        Assert.Equal(comparison.Count, read);
        return result;
    }
}

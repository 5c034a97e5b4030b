using TalkingHead.Data;
using TalkingHead.Data.Preparation;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Data;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Data;

public sealed class PreparationTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public PreparationTests() => RealTrees.Require();

    public void Dispose() => folder.Dispose();

    PrepareSettings Settings(PrepareLayout layout) => new()
    {
        Layout = layout, From = folder.At("from"), Out = folder.At("set"), Size = 64,
        Shots = 3, FramesPerClip = 6, TestShare = 0
    };

    [Fact]
    public void VideosBecomeClipsAndBadOnesAreRefusedWithTheirReasons()
    {
        RealTrees.Video("head-pose-male.mp4", folder.At("from/he/smile.mp4"), "null", 0, 24);
        RealTrees.Video("head-pose-female.mp4", folder.At("from/she.mp4"), "null", 0, 23);
        RealTrees.Video("head-pose-female-and-male.mp4", folder.At("from/both/two.mp4"), "null", 0, 30);
        RealTrees.Video("head-pose-male.mp4", folder.At("from/wall/nobody.mp4"), "crop=64:64:0:0", 0, 6);
        File.WriteAllText(folder.At("from/he/broken.mp4"), "no video");
        var refused = new List<Refusal>();
        var result = new Preparation(Settings(PrepareLayout.Videos)).Run(refused: refused.Add);
        Assert.Equal((5, 2, 3), (result.Inputs, result.Clips, result.Refusals));
        Assert.Equal([("both/two.mp4", "two-people"), ("he/broken.mp4", "undecodable"), ("wall/nobody.mp4", "no-face")],
            refused.Select(refusal => (refusal.Input, refusal.Kind)));
        Assert.Equal("0 good of 6 frames looked at (6 without a face); 4 are needed for 3 shots", refused[2].Reason);

        using var dataset = Dataset.Open(folder.At("set"));
        Assert.Equal(["he/smile", "she"], Enumerable.Range(0, dataset.Count).Select(i => dataset[i].Id));
        Assert.Equal(refused, Ledger.Read(dataset));
        AssertLandmarksInside(dataset);
        Assert.Equal([2, 6, 10, 14, 18, 22], dataset.ReadRecord(0).SourceFrames!);
        Assert.Equal(3, dataset.ReadRecord(0).Rate);
    }

    [Fact]
    public void ALongVideoBecomesSeveralClips()
    {
        RealTrees.Video("head-pose-male.mp4", folder.At("from/he.mp4"), "null", 0, 60);
        new Preparation(Settings(PrepareLayout.Videos) with { ClipSeconds = 2.5 }).Run();
        using var dataset = Dataset.Open(folder.At("set"));
        Assert.Equal(["he/0000", "he/0001"], Enumerable.Range(0, dataset.Count).Select(i => dataset[i].Id));
        Assert.All([0, 1], clip => Assert.Equal("he", dataset[clip].Identity));
        Assert.True(dataset.ReadRecord(0).SourceFrames!.Max() < dataset.ReadRecord(1).SourceFrames!.Min());
    }

    [Theory, InlineData(0), InlineData(2 * 128 * 72 * 3), InlineData(1 << 30)]
    public void FramesThatAreTooManyToKeepAreReadAgain(long mostBytes)
    {
        RealTrees.Video("head-pose-male.mp4", folder.At("he.mp4"), "scale=128:72", 0, 12);
        using var take = VideoTake.Open(folder.At("he.mp4"));
        var kept = new KeptFrames(folder.At("he.mp4"), take.Info, mostBytes);
        TimedPicture[] seen = [.. take.Pick([1, 4, 5, 9], default)];
        foreach (var frame in seen)
            kept.Keep(frame);
        if (mostBytes == 1 << 30)
            File.Delete(folder.At("he.mp4")); // it is not read again
        TimedPicture[] again = [.. kept.Pick([4, 9], default)];
        Assert.Equal([4, 9], again.Select(frame => frame.Number));
        Assert.Equal([seen[1].Seconds, seen[3].Seconds], again.Select(frame => frame.Seconds));
        Assert.Equal(seen[1].Picture.Pixels, again[0].Picture.Pixels);
        Assert.Equal(seen[3].Picture.Pixels, again[1].Picture.Pixels);
    }

    [Fact]
    public void VoxCeleb2KeepsItsSidesAndPoolsTheTakesOfAVideo()
    {
        var (he, square) = RealTrees.Faces[0];
        RealTrees.Video(he, folder.At("from/dev/mp4/id00012/abcDEF_1-2x/00001.mp4"), $"crop={square},scale=224:224", 0, 12);
        RealTrees.Video(he, folder.At("from/dev/mp4/id00012/abcDEF_1-2x/00002.mp4"), $"crop={square},scale=224:224", 30, 12);
        File.WriteAllText(folder.At("from/dev/mp4/id00012/abcDEF_1-2x/00003.mp4"), "no video");
        RealTrees.Video(he, folder.At("from/test/mp4/id00017/xyz/00001.mp4"), $"crop={square},scale=224:224", 10, 12);
        Directory.CreateDirectory(folder.At("from/test/mp4/id00017/nothing"));
        var result = new Preparation(Settings(PrepareLayout.VoxCeleb2)).Run();
        Assert.Equal((3, 2), (result.Inputs, result.Clips));

        using var dataset = Dataset.Open(folder.At("set"));
        Assert.Equal([("id00012/abcDEF_1-2x", "id00012", Split.Train), ("id00017/xyz", "id00017", Split.Test)],
            Enumerable.Range(0, 2).Select(i => (dataset[i].Id, dataset[i].Identity, dataset[i].Split)));
        Assert.Equal([("dev/mp4/id00012/abcDEF_1-2x/00003.mp4", "undecodable"), ("test/mp4/id00017/nothing", "empty")],
            Ledger.Read(dataset).Select(refusal => (refusal.Input, refusal.Kind)));
        Assert.Equal([3, 9, 15, 21], dataset.ReadRecord(0).SourceFrames!); // counted through the takes
        Assert.Equal([[0.0, 0, 224, 224]], dataset.ReadRecord(0).Crop!);
        AssertLandmarksInside(dataset);
    }

    [Fact]
    public void VoxCeleb1KeepsTheSidesOfItsOfficialList()
    {
        var (he, square) = RealTrees.Faces[0];
        RealTrees.Pictures(he, folder.At("from/unzippedFaces/A.J._Someone/1.6/vid1"), $"crop={square}", 6, 8);
        RealTrees.Pictures(he, folder.At("from/unzippedFaces/id10271/1.6/vid2"), $"crop={square}", 6, 8);
        RealTrees.Pictures(he, folder.At("from/unzippedFaces/Not_Listed/1.6/vid3"), $"crop={square}", 30, 2);
        File.WriteAllText(folder.At("from/vox1_meta.csv"), "VoxCeleb1 ID\tVGGFace1 "
            + "ID\tGender\tNationality\tSet\nid10001\tA.J._Someone\tm\tIreland\tdev\nid10271\tEd_Other\tm\tUSA\ttest\n");
        new Preparation(Settings(PrepareLayout.VoxCeleb1)).Run();
        using var dataset = Dataset.Open(folder.At("set"));
        Assert.Equal([("A.J._Someone/vid1", Split.Train), ("id10271/vid2", Split.Test)],
            Enumerable.Range(0, 2).Select(i => (dataset[i].Id, dataset[i].Split)));
        Assert.Equal([("unzippedFaces/Not_Listed/1.6/vid3", "no-split")],
            Ledger.Read(dataset).Select(refusal => (refusal.Input, refusal.Kind)));
        AssertLandmarksInside(dataset);
    }

    [Fact]
    public void PhotosAreCutOneByOneAndTheOnesLeftOutAreNamed()
    {
        RealTrees.Pictures("head-pose-male.mp4", folder.At("from/he"), "null", 12, 5);
        RealTrees.Pictures("head-pose-female-and-male.mp4", folder.At("both"), "null", 50, 1);
        File.Move(folder.At("both/0000001.jpg"), folder.At("from/he/party.jpg"));
        File.WriteAllText(folder.At("from/he/broken.jpg"), "no picture");
        new Picture(200, 200).Save(folder.At("from/he/night.png"));
        new Picture(200, 200).Save(folder.At("from/nobody/night.png"));
        var result = new Preparation(Settings(PrepareLayout.Photos) with { FramesPerClip = 0 }).Run();
        Assert.Equal((2, 1, 5L), (result.Inputs, result.Clips, result.Frames));
        using var dataset = Dataset.Open(folder.At("set"));
        Assert.Equal(
            [("he/broken.jpg", "undecodable"), ("he/night.png", "no-face"), ("he/party.jpg", "two-people"), ("nobody/night.png", "no-face"),
                ("nobody", "no-face")],
            Ledger.Read(dataset).Select(refusal => (refusal.Input, refusal.Kind)));
        Assert.Null(dataset.ReadRecord(0).Rate);
        AssertLandmarksInside(dataset);
    }

    [Fact]
    public void WorkersChangeNothingAndPartsOpenAsOne()
    {
        for (var person = 0; person < 4; person++)
            RealTrees.Pictures("head-pose-male.mp4", folder.At($"from/person{person}"), "scale=240:-2", 8, 5);
        var settings = Settings(PrepareLayout.Photos) with { LeastFace = 20 };
        new Preparation(settings with { Workers = 1 }).Run();
        new Preparation(settings with { Workers = 3, Out = folder.At("three") }).Run();
        MadeClips.AssertSame(folder.At("set"), folder.At("three"));
        Assert.True(new Preparation(settings).Run().AlreadyComplete);
        Assert.Contains("made with other settings", Assert.Throws<UserException>(() =>
            new Preparation(settings with { Quality = 80 }).Run()).Message);

        for (var part = 1; part <= 2; part++)
            new Preparation(settings with { Out = folder.At("parts"), Part = new(part, 2) }).Run();
        using var whole = Dataset.Open(folder.At("set"));
        using var parts = Dataset.Open(folder.At("parts"));
        Assert.Equal((4, 4), (whole.Count, parts.Count));
        for (var clip = 0; clip < 4; clip++)
            Assert.Equal(whole.ReadRecord(clip).Checksum, parts.ReadRecord(clip).Checksum);
    }

    static void AssertLandmarksInside(Dataset dataset)
    {
        for (var clip = 0; clip < dataset.Count; clip++)
        {
            var points = dataset.ReadLandmarks(clip);
            Assert.Equal(dataset.FrameCountOf(clip) * 136, points.Length);
            Assert.True(points.Count(value => value >= 0 && value < dataset.Size) > 0.95 * points.Length);
            Assert.Equal(dataset.Size, dataset.ReadPicture(clip, 0).Width);
        }
    }
}

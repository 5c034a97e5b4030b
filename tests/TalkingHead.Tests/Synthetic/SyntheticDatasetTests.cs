using TalkingHead.Data;
using TalkingHead.Synthetic;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.Tests.Synthetic;

public class SyntheticDatasetTests
{
    static readonly SyntheticRecipe Small = new() { Identities = 5, ClipsEach = 2, Frames = 3, Size = 64, Seed = 11, TestShare = 0.5 };

    [Fact]
    public void DatasetsOfOneAndOfThreeWorkersAreTheSameFiles()
    {
        using var folder = new TemporaryFolder();
        SyntheticDataset.Write(folder.At("one"), Small, 1, _ => { }, default);
        SyntheticDataset.Write(folder.At("three"), Small, 3, _ => { }, default);
        var names = Directory.GetFiles(folder.At("one")).Select(Path.GetFileName).Order().ToArray();
        Assert.Equal(names, Directory.GetFiles(folder.At("three")).Select(Path.GetFileName).Order());
        foreach (var name in names)
            Assert.Equal(File.ReadAllBytes(Path.Combine(folder.At("one"), name!)),
                File.ReadAllBytes(Path.Combine(folder.At("three"), name!)));
    }

    [Fact]
    public void AStoppedDatasetIsContinuedToTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        SyntheticDataset.Write(folder.At("whole"), Small, 2, _ => { }, default);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => SyntheticDataset.Write(folder.At("again"), Small, 2, _ => stop.Cancel(),
            stop.Token));
        SyntheticDataset.Write(folder.At("again"), Small, 1, _ => { }, default);
        foreach (var path in Directory.GetFiles(folder.At("whole")))
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(folder.At("again"), Path.GetFileName(path))));
    }

    [Fact]
    public void TheDatasetHoldsTheClipsWithTheirExactLandmarks()
    {
        using var folder = new TemporaryFolder();
        SyntheticDataset.Write(folder.At("set"), Small, 2, _ => { }, default);
        using var dataset = Dataset.Open(folder.At("set"));
        Assert.Equal(10, dataset.Count);
        var clip = dataset.Get("synth-00003/001");
        Assert.Equal(new SyntheticPopulation(11).Identity(3).Clip(1).Frame(2, 64).Landmarks,
            dataset.ReadLandmarks(clip.Index)[(2 * 136)..(3 * 136)]);
        var frame = new SyntheticPopulation(11).Identity(3).Clip(1).Frame(2, 64);
        Assert.Equal([.. frame.Landmarks, .. frame.Pupils], dataset.ReadFaces(clip.Index)[2].ValuesWithPupils);
    }

    [Fact]
    public void AnIdentityIsOnTheSameSideInADatasetOfAnySize()
    {
        using var folder = new TemporaryFolder();
        SyntheticDataset.Write(folder.At("five"), Small, 2, _ => { }, default);
        SyntheticDataset.Write(folder.At("three"), Small with { Identities = 3 }, 2, _ => { }, default);
        using var five = Dataset.Open(folder.At("five"));
        using var three = Dataset.Open(folder.At("three"));
        for (var i = 0; i < three.Count; i++) Assert.Equal(three[i].Split, five.Get(three[i].Id).Split);
    }

    [Theory]
    [InlineData(32, "--size 32 is outside 64 to 512.")]
    [InlineData(1024, "--size 1024 is outside 64 to 512.")]
    public void ARecipeOutOfRangeIsOneSentence(int size, string sentence)
    {
        var mistake = Assert.Throws<UserException>(() => (Small with { Size = size }).Validate());
        Assert.Equal(sentence, mistake.Message);
        Assert.Equal(2, mistake.ExitCode);
    }
}

using TalkingHead.Data;
using TalkingHead.Tests.Training;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Distributed;

public sealed class RankedLoaderTests : IDisposable
{
    readonly MadeDataset made = new(clips: 10, frames: 6, size: 32);

    public void Dispose() => made.Dispose();

    EpisodeLoader Loader(Dataset dataset, int batch, int ranks, int rank) =>
        new(dataset, new EpisodeSampler(dataset, new EpisodeSampling { Shots = 2, Mirror = true }),
            new EpisodeLoading { Batch = batch, Ranks = ranks, Rank = rank, Workers = 2 });

    [Fact]
    public void TheRanksPartsAreTheBatchesOfOneRankOverMoreThanAnEpoch()
    {
        using var dataset = Dataset.Open(made.Folder);
        using var one = Loader(dataset, batch: 6, ranks: 1, rank: 0);
        EpisodeLoader[] parts = [.. Enumerable.Range(0, 3).Select(rank => Loader(dataset, batch: 2, ranks: 3, rank))];
        for (var step = 0; step < 4; step++)
        {
            using var scope = NewDisposeScope();
            var whole = one.Next();
            LoadedBatch[] shares = [.. parts.Select(part => part.Next())];
            Assert.Equal(whole.Episodes.Clips, shares.SelectMany(share => share.Episodes.Clips));
            Assert.All(shares, share => Assert.Equal((whole.After, whole.Number), (share.After, share.Number)));
            Assert.All(shares, share => Assert.Equal(whole.Episodes.StepClips, share.Episodes.StepClips));
            Assert.Equal([0, 2, 4], shares.Select(share => share.Episodes.First));
            Assert.True(cat([.. shares.Select(share => share.Episodes.Source)]).allclose(whole.Episodes.Source, 0, 0));
            Assert.True(cat([.. shares.Select(share => share.Episodes.TargetLandmarks)]).allclose(whole.Episodes.TargetLandmarks, 0, 0));
        }
        Array.ForEach(parts, part => part.Dispose());
    }
}

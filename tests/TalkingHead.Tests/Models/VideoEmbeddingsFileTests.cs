using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Models;
using TalkingHead.Tests.Serialization;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Models;

public sealed class VideoEmbeddingsFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void SavedRowsGoOnAsIfNothingHadHappened()
    {
        using var scope = NewDisposeScope();
        var path = folder.At("rows.safetensors");
        using var original = new EmbeddingTable(16, 0.1, 7, spectralNorm: true);
        original.Add(["a/1", "b/2", "c/3"]);
        Learn(original, ["a/1", "c/3"]);
        original.Save(path);

        using var restored = new EmbeddingTable(16, 0.1, 7, spectralNorm: true);
        restored.Load(path);

        Assert.Equal(original.Clips, restored.Clips);
        Assert.Equal(0, restored.Created);
        foreach (var embeddings in new[] { original, restored })
        {
            Learn(embeddings, ["c/3", "new/4"]);
            Learn(embeddings, ["a/1", "b/2"]);
        }
        foreach (var clip in original.Clips)
            Assert.Equal(original.Row(clip), restored.Row(clip));
    }

    [Fact]
    public void RowsOfAnotherLengthAreRefused()
    {
        var path = folder.At("rows.safetensors");
        using var original = new EmbeddingTable(16, 0.1, 7, spectralNorm: false);
        original.Add(["a/1"]);
        original.Save(path);

        using var other = new EmbeddingTable(8, 0.1, 7, spectralNorm: false);
        var mistake = Assert.Throws<UserException>(() => other.Load(path));

        Assert.Contains("(1,49), expected (M,25)", mistake.Message);
    }

    static void Learn(EmbeddingTable embeddings, string[] clips)
    {
        using var scope = NewDisposeScope();
        var batch = embeddings.Gather(clips, CPU);
        batch.Thaw();
        batch.Rows().Square().sum().backward();
        batch.Adam(new OptimizerSettings());
        embeddings.Flush();
    }
}

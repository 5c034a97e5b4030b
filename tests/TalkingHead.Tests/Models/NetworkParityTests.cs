using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Models;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Models;

public class NetworkParityTests
{
    [Theory, InlineData("normal"), InlineData("plain")]
    public void EveryOutputIsPyTorchs(string kind)
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration(kind);
        using var networks = SmallSetting.Networks(configuration);
        using var embeddings = SmallSetting.Rows(configuration);
        networks.Train(false);
        var expected = Fixtures.Load($"small-{kind}.safetensors");

        var e = networks.Embedder.call(SmallSetting.Source(0), SmallSetting.SourceLandmarks(0));
        var psi = networks.Generator.Project(e);
        var fake = networks.Generator.call(SmallSetting.TargetLandmarks(0), psi);
        var rows = embeddings.Gather(SmallSetting.ClipsOf(0), CPU).Rows();
        var (score, maps) = networks.Discriminator.call(fake, SmallSetting.TargetLandmarks(0), networks.Discriminator.Person(rows));

        Fixtures.AssertClose(e, expected["output.embedding"], "embedding");
        Fixtures.AssertClose(psi, expected["output.psi"], "psi");
        Fixtures.AssertClose(fake, expected["output.fake"], "picture");
        Fixtures.AssertClose(rows, expected["output.rows"], "rows");
        Fixtures.AssertClose(score, expected["output.score"], "score");
        Assert.Equal(4, maps.Count);
        for (var map = 0; map < maps.Count; map++)
            Fixtures.AssertClose(maps[map], expected[$"output.map.{map}"], $"map {map}");
    }

    [Fact]
    public void TheFullSizeForwardIsPyTorchs()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var networks = SmallSetting.Networks(new RunConfiguration());
        var expected = Fixtures.Load("paper-256.safetensors");
        Assert.Equal(13_056, networks.Generator.StyleLength);
        var (source, landmarks) = (Formula.Values("source", 1, 3, 256, 256), Formula.Values("landmarks", 1, 3, 256, 256));

        var e = networks.Embedder.call(source.unsqueeze(0), landmarks.unsqueeze(0));
        var fake = networks.Generator.call(landmarks, networks.Generator.Project(e));
        var person = networks.Discriminator.Person(Formula.Values("row", 1, 512).Mul(0.2));
        var (score, maps) = networks.Discriminator.call(fake, landmarks, person);

        Fixtures.AssertClose(e, expected["embedding"], "embedding");
        Fixtures.AssertClose(Sample(fake, 1, 8), expected["fake"], "picture");
        Fixtures.AssertClose(score, expected["score"], "score");
        Assert.Equal(7, maps.Count);
        for (var map = 0; map < maps.Count; map++)
            Fixtures.AssertClose(Sample(maps[map], 8, Math.Max(1, maps[map].shape[2] / 8)), expected[$"map.{map}"], $"map {map}");
    }

    static Tensor Sample(Tensor x, long channels, long places) =>
        x[.., TensorIndex.Slice(null, null, channels), TensorIndex.Slice(null, null, places), TensorIndex.Slice(null, null, places)];
}

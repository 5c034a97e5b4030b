using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Models;
using TalkingHead.Models.Import;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Models.Import;

public class VtNetworkTests
{
    public static TheoryData<string, string> Kinds => new() { { "vt-master", "released/master" }, { "vt-save-disc", "save_disc HEAD" } };

    static ReproductionLayout Layout(string kind) => kind == "vt-master" ? ReproductionLayout.Master : ReproductionLayout.SaveDisc;

    [Theory, MemberData(nameof(Kinds))]
    public void KeysAndShapesAreThoseOfItsCheckpoints(string kind, string generator)
    {
        var listed = ListedKeys();
        AssertKeys(listed["E_state_dict"], new ReproductionEmbedder(Layout(kind)));
        AssertKeys(listed[$"G_state_dict ({generator})"], new ReproductionGenerator(Layout(kind)));
        AssertKeys(listed["D_state_dict"].Where(key => !key.StartsWith("W_i ")), new ReproductionDiscriminator(Layout(kind)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void EveryOutputIsPyTorchs(string kind, string _)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var expected = Fixtures.Load($"{kind}.safetensors");
        using var embedder = Fill(new ReproductionEmbedder(Layout(kind)));
        using var generator = Fill(new ReproductionGenerator(Layout(kind)));
        using var discriminator = Fill(new ReproductionDiscriminator(Layout(kind)));
        var (frames, landmarks) = (Formula.Values("frames", 1, 2, 3, 64, 128), Formula.Values("landmarks", 1, 2, 3, 64, 128));

        var e = embedder.call(frames, landmarks);
        var psi = Formula.Values("style", 1, generator.StyleLength).Mul(0.25).Add(0.5);
        var fake = generator.call(Formula.Values("driver", 1, 3, 128, 192), psi); // not square: width and height are told apart
        var features = discriminator.call(frames[.., 0], landmarks[.., 0]);

        Fixtures.AssertClose(e, expected["embedding"], "embedding");
        Fixtures.AssertClose(generator.Project(e), expected["psi"], "psi");
        Assert.Equal([1, 3, 128, 192], fake.shape);
        Fixtures.AssertClose(fake[.., .., TensorIndex.Slice(null, null, 4), TensorIndex.Slice(null, null, 4)], expected["fake"], "picture");
        Fixtures.AssertClose(features, expected["features"], "features");
        Fixtures.AssertClose(discriminator.Score(features, Formula.Values("row", 1, 512).Mul(0.01)), expected["score"], "score");
    }

    [Fact]
    public void ItsNetworksCanBeUsedAndNotTrained()
    {
        var configuration = new RunConfiguration { Network = new() { Layout = NetworkLayout.VtMaster } };
        var error = Assert.Throws<UserException>(() => new NetworkSet(configuration));
        Assert.Equal("network.layout is vt-master: imported networks can be used, not trained. Train with network.layout=paper.",
            error.Message);
    }

    // Formula-made weights; u and v by three power iterations, as in tests/oracles/make_vt_fixtures.py.
    internal static T Fill<T>(T network) where T : nn.Module
    {
        Formula.Fill(network);
        using var scope = NewDisposeScope();
        var state = network.state_dict();
        foreach (var name in state.Keys.Where(name => name.EndsWith("weight_orig")))
        {
            var (matrix, stem) = (state[name].flatten(1), name[..^"orig".Length]);
            for (var i = 0; i < 3; i++)
            {
                state[stem + "v"].copy_(nn.functional.normalize(matrix.t().mv(state[stem + "u"]), dim: 0));
                state[stem + "u"].copy_(nn.functional.normalize(matrix.mv(state[stem + "v"]), dim: 0));
            }
        }
        return network;
    }

    static void AssertKeys(IEnumerable<string> listed, nn.Module network)
    {
        Assert.Equal(listed.Order(), network.state_dict().Select(pair => $"{pair.Key} [{string.Join(", ", pair.Value.shape)}]").Order());
        network.Dispose();
    }

    // "## section count", then "key [shape]" lines.
    static Dictionary<string, List<string>> ListedKeys()
    {
        var sections = new Dictionary<string, List<string>>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Fixtures/Networks/vt-keys.txt")))
            if (line.StartsWith("## "))
                sections.Add(line[3..line.LastIndexOf(' ')], []);
            else if (line != "")
                sections.Last().Value.Add(line);
        return sections;
    }
}

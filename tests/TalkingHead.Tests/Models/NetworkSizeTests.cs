using TalkingHead.Configuration;
using TalkingHead.Models;
using TorchSharp;
using static TorchSharp.torch;
using Generator = TalkingHead.Models.Generator;

namespace TalkingHead.Tests.Models;

public class NetworkSizeTests
{
    static SpectralNormSettings Off => new() { Embedder = false, Generator = false, Discriminator = false };

    [Theory]
    [InlineData(64, 8, 4, 8)]
    [InlineData(128, 16, 4, 16)]
    [InlineData(256, 16, 4, 64)]
    [InlineData(512, 32, 8, 32)]
    public void EverySizeComesOutAsItWentIn(int size, int bottleneck, int encoder, int attention)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var configuration = new RunConfiguration
        {
            Data = new() { Size = size },
            Network = new()
            {
                BaseChannels = 8,
                MaxChannels = 16,
                Embedding = 24,
                EncoderSide = encoder,
                BottleneckSide = bottleneck,
                ResidualBlocks = 1,
                AttentionSide = attention,
                UpAttentionSide = attention,
            },
            SpectralNorm = Off,
        };
        using var networks = new NetworkSet(configuration);
        var (frames, landmarks) = (rand([2, 1, 3, size, size]), rand([2, 1, 3, size, size]));

        var e = networks.Embedder.call(frames, landmarks);
        var picture = networks.Generator.call(landmarks.squeeze(1), networks.Generator.Project(e));
        var (score, maps) = networks.Discriminator.call(picture, landmarks.squeeze(1), networks.Discriminator.Person(e));

        Assert.Equal([2, 24], e.shape);
        Assert.Equal([2, 3, size, size], picture.shape);
        Assert.True(picture.abs().max().item<float>() <= 1);
        Assert.Equal([2], score.shape);
        Assert.Equal(int.Log2(size / encoder) + 1, maps.Count);
        Assert.Equal([2, 24, encoder, encoder], maps[^1].shape);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void TheCanvasStandsAtTheEndOfPsiAndStaysInItsPlace(int side)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var small = SmallSetting.Configuration("plain");
        using var plain = new NetworkSet(small);
        using var networks = new NetworkSet(small with
        {
            Network = small.Network with { SkipPaths = true, CanvasSide = side, CanvasChannels = 3, UpAttentionSide = 0 },
        });
        var generator = networks.Generator;
        Assert.Equal(plain.Generator.StyleLength + 3 * side * side, generator.StyleLength);
        var psi = generator.Project(zeros(1, small.Network.Embedding));
        Assert.Equal(0, psi[0, ^(3 * side * side)..].abs().max().item<float>()); // a fresh one is empty
        var landmarks = SmallSetting.TargetLandmarks(0);
        var before = generator.call(landmarks, psi);
        var drawn = psi.clone();
        drawn[0, ^1] = tensor(5f); // its last channel's last corner
        var change = (generator.call(landmarks, drawn) - before).abs().mean([0, 1]);
        Assert.True(change[^4.., ^4..].mean().item<float>() > 4 * change[..16, ..16].mean().item<float>());
        Assert.True((generator.call(landmarks.flip(3), psi) - before).abs().max().item<float>() > 0);
    }

    [Fact]
    public void ReferencesStandAtTheEndOfPsiOneForEachSourceFrame()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var small = SmallSetting.Configuration("plain");
        using var plain = new NetworkSet(small);
        using var networks = new NetworkSet(small with { Network = small.Network with { ReferenceSide = 12 } });
        var generator = networks.Generator;
        const int length = 2 + 6 * 12 * 12;
        Assert.Equal((plain.Generator.StyleLength, length), (generator.StyleLength, generator.ReferenceLength));
        var (frames, landmarks) = (SmallSetting.Source(0), SmallSetting.SourceLandmarks(0));
        var embedding = networks.Embedder.call(frames, landmarks);
        var psi = generator.Project(embedding, frames, landmarks);
        Assert.Equal([frames.shape[0], generator.StyleLength + frames.shape[1] * length], psi.shape);
        Assert.True(psi[1, ^length..].equal(References.Read(frames[1, ^1..], landmarks[1, ^1..], 12)[0]).all().item<bool>());
        var before = generator.call(SmallSetting.TargetLandmarks(0), psi);
        var changed = psi.clone();
        changed[0, generator.StyleLength..] = tensor(0.5f);
        var change = (generator.call(SmallSetting.TargetLandmarks(0), changed) - before).abs();
        Assert.True(change[0].max().item<float>() > 1e-4);
        Assert.Equal(0, change[1].max().item<float>());
    }

    [Fact]
    public void TheProfilesLayersAccountForEveryParameter()
    {
        var profiles = NetworkSet.Profile(SmallSetting.Configuration("normal"));
        Assert.Equal(["embedder", "generator", "v"], profiles.Select(profile => profile.Name));
        Assert.All(profiles, profile => Assert.Equal(profile.Parameters, profile.Layers.Sum(layer => layer.Parameters)));
        var first = profiles[0].Layers[0];
        Assert.Equal(("path.blocks.0.conv1", "conv 3x3", 6 * 8 * 9 + 8, 32L * 32 * 8 * 6 * 9),
            (first.Path, first.Kind, first.Parameters, first.Macs));
        Assert.Equal([8, 32, 32], first.Output);
    }

    [Fact]
    public void AttentionStandsOnlyWhereItsSideExists()
    {
        var settings = new NetworkSettings { BaseChannels = 8, MaxChannels = 8, Embedding = 8, AttentionSide = 32, UpAttentionSide = 0 };
        Assert.Contains(new Embedder(settings, 64, SpectralMode.Off).state_dict().Keys, key => key.Contains("attention"));
        Assert.DoesNotContain(new Embedder(settings, 32, SpectralMode.Off).state_dict().Keys, key => key.Contains("attention"));
        Assert.DoesNotContain(new Generator(settings, 32, SpectralMode.Off).state_dict().Keys, key => key.Contains("attention"));
    }

    [Fact]
    public void TheKeysAreThoseOfThePyTorchTwin()
    {
        var expected = Fixtures.Load("small-normal.safetensors").Keys.Where(key => key.StartsWith("after."))
            .Select(key => key["after.".Length..]);
        using var networks = new NetworkSet(SmallSetting.Configuration("normal"));
        var keys = new[] { ("embedder", networks.Embedder as nn.Module), ("generator", networks.Generator),
            ("discriminator", networks.Discriminator) }
            .SelectMany(pair => pair.Item2.state_dict().Keys.Select(key => $"{pair.Item1}.{key}"));
        Assert.Equal(expected.Where(key => !key.StartsWith("rows.")).Order(), keys.Order());
    }

    [Fact]
    public void TheSeedDecidesTheWeights()
    {
        using var scope = NewDisposeScope();
        var configuration = SmallSetting.Configuration("normal");
        using var one = new NetworkSet(configuration);
        using var same = new NetworkSet(configuration);
        using var other = new NetworkSet(configuration with { Training = new() { Seed = 2 } });
        Assert.Equal(Bytes(one.Generator), Bytes(same.Generator));
        Assert.NotEqual(Bytes(one.Generator), Bytes(other.Generator));
    }

    [Fact]
    public void AWrongShapeIsRefusedWithGotAndExpected()
    {
        using var scope = NewDisposeScope();
        using var networks = new NetworkSet(SmallSetting.Configuration("plain"));
        var error = Assert.Throws<ArgumentException>(() => networks.Embedder.call(zeros([1, 2, 3, 16, 16]), zeros([1, 2, 3, 16, 16])));
        Assert.Equal("embedder frames: got (1,2,3,16,16), expected (1,2,3,32,32).", error.Message);
        error = Assert.Throws<ArgumentException>(() => networks.Generator.call(zeros(2, 3, 32, 32),
            zeros(3, networks.Generator.StyleLength)));
        Assert.StartsWith("generator psi: got (3,", error.Message);
        error = Assert.Throws<ArgumentException>(() => networks.Discriminator.call(zeros(2, 3, 32, 32), zeros(2, 3, 32, 32), zeros(2, 8)));
        Assert.Equal("discriminator persons: got (2,8), expected (2,16).", error.Message);
    }

    [Fact]
    public void AForwardLeavesNoTensorBehind()
    {
        using var networks = new NetworkSet(SmallSetting.Configuration("normal"));
        using var outer = NewDisposeScope();
        var (frames, landmarks) = (rand([2, 2, 3, 32, 32]), rand([2, 2, 3, 32, 32]));
        long before = outer.DisposablesCount;
        var e = networks.Embedder.call(frames, landmarks);
        Assert.Equal(before + 1, outer.DisposablesCount);
        var picture = networks.Generator.call(landmarks[.., 0], networks.Generator.Project(e));
        var (score, maps) = networks.Discriminator.call(picture, landmarks[.., 0], networks.Discriminator.Person(e));
        // The picture and its psi, two slices of landmarks, the person, the score, the trunk's features, the maps.
        Assert.Equal(before + 1 + 2 + 2 + 1 + 1 + 1 + maps.Count, outer.DisposablesCount);
    }

    static byte[] Bytes(nn.Module module) => [.. module.state_dict().Values.SelectMany(value => value.bytes.ToArray())];
}

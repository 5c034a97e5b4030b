using System.Text;
using TalkingHead.Animation;
using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Models;
using TalkingHead.Serialization;
using TalkingHead.Tests.Serialization;
using static TorchSharp.torch;
using Generator = TalkingHead.Models.Generator;

namespace TalkingHead.Tests.Animation;

public sealed class HeadFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Saved()
    {
        using var run = SmallPerson.Run(SmallPerson.Configuration("normal"));
        using var head = PersonFineTuner.Run(run, SmallPerson.Frames(2), new() { FeedForward = true });
        head.Save(folder.At("person.head"));
        return folder.At("person.head");
    }

    [Theory, InlineData(0), InlineData(8)]
    public void AHeadComesBackAsItWas(int referenceSide)
    {
        using var scope = NewDisposeScope();
        var configuration = SmallPerson.Configuration("normal");
        using var run = SmallPerson.Run(configuration with { Network = configuration.Network with { ReferenceSide = referenceSide } });
        var source = SmallPerson.Frames(2);
        using var head = PersonFineTuner.Run(run, source, new() { FeedForward = true });
        head.Save(folder.At("a/person.head"));
        using var back = Head.Load(folder.At("a/person.head"));
        var (_, landmarks) = source.ToTensors(head.Configuration, CPU);
        Assert.True(back.Generate(landmarks).allclose(head.Generate(landmarks), 0, 0));
        Assert.Equal((head.Id, head.Configuration, head.Origin), (back.Id, back.Configuration, back.Origin));
        Assert.Equal((referenceSide > 0 ? 2 : 0, head.StyleLength), (back.References, back.StyleLength));
        Assert.Equal(head.MeanShape.Values.ToArray(), back.MeanShape.Values.ToArray());
        Assert.Equal(head.Portrait.Pixels, back.Portrait.Pixels);
        back.Save(folder.At("again.head"));
        Assert.Equal(File.ReadAllBytes(folder.At("a/person.head")), File.ReadAllBytes(folder.At("again.head")));
    }

    [Fact]
    public void ItHoldsNoProjectionAndNoVectorOfSpectralNorm()
    {
        using var file = SafeTensorsFile.Open(Saved());
        Assert.Contains("psi", file.Tensors.Keys);
        Assert.Contains("mean_shape", file.Tensors.Keys);
        Assert.DoesNotContain(file.Tensors.Keys, name => name.Contains("projection") || name.EndsWith(".u") || name.EndsWith(".v"));
        Assert.All(file.Tensors.Where(tensor => tensor.Key != "portrait"), tensor => Assert.Equal(ScalarType.Float32, tensor.Value.Type));
    }

    [Theory, InlineData("normal"), InlineData("plain")]
    public void TheSizeOfAGeneratorIsKnownBeforeItIsBuilt(string kind)
    {
        var configuration = SmallPerson.Configuration(kind);
        foreach (var settings in new[] { configuration.Network,
            configuration.Network with { ResidualBlocks = 3, AttentionSide = 0, BottleneckSide = 4 },
            configuration.Network with { UpAttentionSide = 32, BaseChannels = 16 },
            configuration.Network with { SkipPaths = true, CanvasSide = 16, CanvasChannels = 3, BaseChannels = 16 },
            configuration.Network with { SkipPaths = true, CanvasSide = 32, BottleneckSide = 4, MaxChannels = 32 },
            configuration.Network with { ReferenceSide = 24 },
            configuration.Network with { ReferenceSide = 8, SkipPaths = true, CanvasSide = 16 } })
        {
            using var generator = new Generator(settings, 32, SpectralMode.Off, projects: false);
            Assert.Equal(generator.parameters().Sum(parameter => parameter.numel()), Generator.CountWithoutProjection(settings, 32));
        }
    }

    [Fact]
    public void APsiOfAnotherLengthOrOfNoNumbersIsDamage()
    {
        using var scope = NewDisposeScope();
        var configuration = SmallPerson.Configuration("plain");
        using var run = SmallPerson.Run(configuration with { Network = configuration.Network with { ReferenceSide = 8 } });
        using var head = PersonFineTuner.Run(run, SmallPerson.Frames(2), new() { FeedForward = true });
        head.Save(folder.At("person.head"));
        var (styles, each) = (head.StyleLength, (int)run.Generator.ReferenceLength);
        var (all, most) = (styles + 2 * each, styles + References.Most * each);
        foreach (var (length, words) in new[] { (styles, "\"psi\""), (styles - 1, "\"psi\""), (all - 1, "\"psi\""), (all, "not finite"),
            (most, "not finite"), (most + each, "\"psi\"") })
        {
            using var file = SafeTensorsFile.Open(folder.At("person.head"));
            var tensors = file.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value.ToTensor(CPU));
            tensors["psi"] = Scalars.Full([1, length], double.NaN);
            SafeTensors.Save(folder.At("other.head"), tensors, file.Metadata);
            Says(folder.At("other.head"), words);
        }
    }

    [Fact]
    public void AChangedBitIsDamage()
    {
        var path = Saved();
        var bytes = File.ReadAllBytes(path);
        bytes[^5] ^= 1;
        File.WriteAllBytes(path, bytes);
        Says(path, "damaged: its checksum");
    }

    [Fact]
    public void AHeadOfAnotherVersionSaysWhich()
    {
        var path = Saved();
        Replace(path, "\"version\":\"1\"", "\"version\":\"7\"");
        Says(path, "a head of version 7, this program reads version 1");
    }

    [Fact]
    public void AConfigurationThatAsksForMoreThanTheFileHoldsIsRefusedBeforeMemoryIsTaken()
    {
        var path = Saved();
        Replace(path, "residual_blocks:        2 ", "residual_blocks:        32");
        Says(path, "its configuration is of a generator with");
    }

    [Fact]
    public void AConfigurationOfOtherShapesIsRefused()
    {
        var path = Saved();
        Replace(path, "size:                   32", "size:                   64");
        Says(path, "generator with");
    }

    [Fact]
    public void OtherFilesAreNoHeads()
    {
        File.WriteAllText(folder.At("text.head"), "no head at all, but words");
        Says(folder.At("text.head"), "safetensors");
        using var scope = NewDisposeScope();
        SafeTensors.Save(folder.At("other.head"), [KeyValuePair.Create("x", zeros(2))]);
        Says(folder.At("other.head"), "no head, but another safetensors file");
        Says(folder.At("none.head"), "no such file");
        var cut = Saved();
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^100]);
        Says(cut, "not a whole safetensors file");
    }

    // Equal lengths, so that the file stays whole.
    static void Replace(string path, string words, string by)
    {
        byte[] bytes = File.ReadAllBytes(path), from = Encoding.UTF8.GetBytes(words), to = Encoding.UTF8.GetBytes(by);
        Assert.Equal(from.Length, to.Length);
        var at = bytes.AsSpan().IndexOf(from);
        Assert.True(at > 0, words);
        to.CopyTo(bytes, at);
        File.WriteAllBytes(path, bytes);
    }

    static void Says(string path, string words)
    {
        var mistake = Assert.Throws<UserException>(() => Head.Load(path));
        Assert.Contains(words, mistake.Message);
        Assert.DoesNotContain('\n', mistake.Message);
    }
}

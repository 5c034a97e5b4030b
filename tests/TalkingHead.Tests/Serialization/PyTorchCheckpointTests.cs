using System.Numerics;
using TalkingHead.Serialization;
using static TalkingHead.Tests.Serialization.CheckpointFixtures;

namespace TalkingHead.Tests.Serialization;

public sealed class PyTorchCheckpointTests
{
    [Theory]
    [InlineData("views", "zip")]
    [InlineData("views", "legacy")]
    [InlineData("dtypes", "zip")]
    [InlineData("dtypes", "legacy")]
    [InlineData("training", "zip")]
    [InlineData("training", "legacy")]
    [InlineData("state-dict", "zip")]
    [InlineData("state-dict", "legacy")]
    public void EveryTensorEqualsWhatPyTorchSaved(string name, string form)
    {
        using var expected = SafeTensorsFile.Open(At($"{name}.expected.safetensors"));
        using var actual = PyTorchCheckpoint.Open(At($"{name}.{form}.pth"));
        AssertSame(expected.Tensors, Flat(actual.Root));
    }

    [Fact]
    public void PickleProtocolFourReadsAsTwoDoes()
    {
        using var expected = SafeTensorsFile.Open(At("views.expected.safetensors"));
        using var actual = PyTorchCheckpoint.Open(At("protocol4.zip.pth"));
        AssertSame(expected.Tensors, actual.StateDict());
    }

    [Fact]
    public void TheRecordsThatLaterReleasesAddAreKnown()
    {
        using var file = PyTorchCheckpoint.Open(At("torch2.zip.pth"));
        Assert.Equal([0, 1, 2, 3], Assert.IsType<PickledTensor>(file.Root).Tensor.ToArray<float>());
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("legacy")]
    public void PlainValuesOfATrainingStateAreRead(string form)
    {
        using var file = PyTorchCheckpoint.Open(At($"training.{form}.pth"));
        var root = Assert.IsType<PickledDictionary>(file.Root);
        Assert.Equal(new PickledInteger(7), root.Find("epoch"));
        Assert.Equal(
            [new PickledFloat(0.5), new PickledFloat(0.25), new PickledFloat(0.125), new PickledFloat(0.75), new PickledInteger(3)],
            Assert.IsType<PickledSequence>(root.Find("losses")).Items);
        Assert.Equal(new PickledInteger(-BigInteger.Pow(2, 200)), root.Find("huge"));
        Assert.Equal(new PickledString("cuda:1"), root.Find("device"));
        Assert.Equal(new PickledDtype("torch.float16"), root.Find("dtype"));
        Assert.Equal([0x00, 0xff, 0x80], Assert.IsType<PickledBytes>(root.Find("bytes")).Value.ToArray());
        Assert.Equal(0, Assert.IsType<PickledBytes>(root.Find("none_bytes")).Value.Length);
        Assert.Equal([new PickledInteger(1)], Assert.IsType<PickledSequence>(root.Find("set")).Items);
        Assert.Equal([new PickledString("a")], Assert.IsType<PickledSequence>(root.Find("frozen")).Items);
        var size = Assert.IsType<PickledSequence>(root.Find("size"));
        Assert.Equal(PickledSequence.Sort.Tuple, size.Kind);
        Assert.Equal([new PickledInteger(1), new PickledInteger(2), new PickledInteger(3)], size.Items);
        var pair = Assert.IsType<PickledSequence>(Assert.IsType<PickledDictionary>(root.Find("nested")).Find("pair"));
        Assert.Equal([new PickledInteger(1), new PickledString("two"), PickledNone.Value, new PickledBool(true)], pair.Items);
    }

    [Fact]
    public void StateDictKeepsItsOrderAndItsMetadata()
    {
        using var file = PyTorchCheckpoint.Open(At("state-dict.zip.pth"));
        Assert.Equal(
            ["conv.weight", "conv.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked"],
            file.StateDict().Keys);
        var attributes = Assert.IsType<PickledDictionary>(file.Root).Attributes;
        var versions = Assert.IsType<PickledDictionary>(attributes?.Find("_metadata"));
        Assert.Equal(new PickledInteger(2), Assert.IsType<PickledDictionary>(versions.Find("norm")).Find("version"));
    }

    [Fact]
    public void TheOptimisersStateIsUnderItsKey()
    {
        using var file = PyTorchCheckpoint.Open(At("training.legacy.pth"));
        var tensors = Flat(file.Root);
        Assert.Contains("optimizer/state/0/exp_avg_sq", tensors.Keys);
        Assert.Equal(["conv.weight", "conv.bias"], file.StateDict("state_dict").Keys.Take(2));
    }

    [Theory]
    [InlineData("training.zip.pth", null, "the entry \"epoch\" is no tensor. Its top-level keys are \"epoch\", \"losses\", \"state_dict\"")]
    [InlineData("training.zip.pth", "G_state_dict", "\"G_state_dict\": there is no state dict here. Its top-level keys are \"epoch\"")]
    [InlineData("list.zip.pth", null, "there is no state dict here. The file does not hold a dict.")]
    public void WhatIsNoStateDictIsSaidWithTheKeysThereAre(string name, string? key, string expected)
    {
        using var file = PyTorchCheckpoint.Open(At(name));
        Assert.Contains(expected, Assert.Throws<UserException>(() => file.StateDict(key)).Message);
    }

    [Fact]
    public void AClosedFileGivesNoTensor()
    {
        var file = PyTorchCheckpoint.Open(At("views.zip.pth"));
        var tensor = file.StateDict()["base"];
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.ToArray<float>());
    }

    [Fact]
    public void AMissingFileIsOneSentence() =>
        Assert.Equal("nowhere.pth: no such file.", Assert.Throws<UserException>(() => PyTorchCheckpoint.Open("nowhere.pth")).Message);
}

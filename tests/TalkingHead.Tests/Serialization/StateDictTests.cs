using TalkingHead.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Serialization;

public sealed class StateDictTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();
    readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void EveryEntryIsCopiedAndConvertedToTheModulesType()
    {
        var module = nn.BatchNorm2d(3);
        using var file = Stored(module, ("weight", tensor([1f, 2, 3]).to(ScalarType.Float16)));
        StateDict.Load(module, file.Tensors, "file");
        Assert.Equal(ScalarType.Float32, module.weight!.dtype);
        Assert.Equal([1f, 2, 3], module.weight.data<float>().ToArray());
    }

    [Fact]
    public void BatchCountersMayBeMissing()
    {
        var module = nn.BatchNorm2d(3);
        using var file = Stored(module, ("num_batches_tracked", null));
        StateDict.Load(module, file.Tensors, "file");
    }

    [Fact]
    public void AMissingAnUnknownAndAMisshapenTensorAreNamedAndNothingIsChanged()
    {
        var module = nn.Linear(2, 3);
        var before = module.weight!.data<float>().ToArray();
        using (var file = Stored(module, ("bias", null), ("scale", zeros(1))))
            Assert.Equal(
                "a.pth: does not hold the weights of Linear: it lacks \"bias\"; it has the unknown \"scale\"; the file is another "
                + "network's.",
                Assert.Throws<UserException>(() => StateDict.Load(module, file.Tensors, "a.pth")).Message);
        using (var file = Stored(module, ("bias", zeros(4))))
            Assert.Equal(
                "a.pth: tensor \"bias\" is (4) in the file, (3) in Linear.",
                Assert.Throws<UserException>(() => StateDict.Load(module, file.Tensors, "a.pth")).Message);
        Assert.Equal(before, module.weight.data<float>().ToArray());
    }

    [Fact]
    public void NamesMayDifferInTheFileAndUnusedOnesMayBeKnown()
    {
        var module = nn.Linear(2, 3);
        SafeTensors.Save(folder.At("file"), new Dictionary<string, Tensor>
        {
            ["fc.weight"] = ones(3, 2), ["fc.bias"] = ones(3),
            ["head"] = ones(1)
        });
        using var file = SafeTensorsFile.Open(folder.At("file"));
        StateDict.Load(module, file.Tensors, "file", name => $"fc.{name}", name => name == "head");
        Assert.Equal([1f, 1, 1], module.bias!.data<float>().ToArray());
    }

    SafeTensorsFile Stored(nn.Module module, params (string Name, Tensor? Value)[] changes)
    {
        var tensors = module.state_dict();
        foreach (var (name, value) in changes)
            if (value is null)
                tensors.Remove(name);
            else
                tensors[name] = value;
        SafeTensors.Save(folder.At("file"), tensors);
        return SafeTensorsFile.Open(folder.At("file"));
    }
}

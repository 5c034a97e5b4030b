using TalkingHead.Libtorch;
using TalkingHead.Serialization;
using TorchSharp;
using static TalkingHead.Tests.Serialization.CheckpointFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Serialization;

public sealed class TensorBytesTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();
    readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("legacy")]
    public void ViewsOfOneStorageBecomeTheSameTensorsAsInPyTorch(string form)
    {
        var tensors = PyTorchCheckpoint.LoadStateDict(At($"views.{form}.pth"));
        var grid = tensors["base"];
        AssertEqual(grid.t(), tensors["transposed"]);
        AssertEqual(grid[.., 2], tensors["column"]);
        AssertEqual(grid[1..3, 2..5], tensors["inner"]);
        Assert.Equal([3, 4], tensors["expanded"].shape);
        Assert.Equal(grid[3, 5].item<float>(), tensors["scalar"].item<float>());
        Assert.Equal([0, 7], tensors["empty"].shape);
    }

    [Fact]
    public void EveryElementTypeSurvivesSafeTensorsAndKeepsItsBits()
    {
        var tensors = PyTorchCheckpoint.LoadStateDict(At("dtypes.zip.pth"));
        Assert.Equal(ScalarType.BFloat16, tensors["bfloat16"].dtype);
        Assert.Equal(ScalarType.Float16, tensors["half"].dtype);
        SafeTensors.Save(folder.At("all"), tensors);
        var loaded = SafeTensors.Load(folder.At("all"));
        Assert.Equal(tensors.Keys.Order(), loaded.Keys.Order());
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal(tensor.dtype, loaded[name].dtype);
            Assert.Equal(tensor.bytes.ToArray(), loaded[name].bytes.ToArray());
        }
    }

    [Fact]
    public void StridedTensorsAreWrittenDense()
    {
        var grid = Scalars.Arange(12, ScalarType.Float32).reshape(3, 4);
        SafeTensors.Save(folder.At("view"), new Dictionary<string, Tensor> { ["t"] = grid.t() });
        using var file = SafeTensorsFile.Open(folder.At("view"));
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], file.Tensors["t"].ToArray<float>());
    }

    [Fact]
    public void NpyCarriesTensors()
    {
        var landmarks = Npy.Read(At("landmarks.npy")).ToTensor();
        using var stream = new MemoryStream();
        Npy.Write(stream, landmarks);
        Assert.Equal(File.ReadAllBytes(At("landmarks.npy")), stream.ToArray());
    }

    [Fact]
    public void ReadingLeavesNothingButTheTensorsInTheScope()
    {
        using var inner = NewDisposeScope();
        var tensors = PyTorchCheckpoint.LoadStateDict(At("views.zip.pth"));
        Assert.Equal(tensors.Count, inner.DisposablesCount);
    }

    static void AssertEqual(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.contiguous().bytes.ToArray(), actual.bytes.ToArray());
    }
}

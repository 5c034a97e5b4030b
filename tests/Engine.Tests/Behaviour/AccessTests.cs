using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Behaviour;

/// <summary>Numbers out of tensors and into them: data, item, bytes, streams.</summary>
public sealed class AccessTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void AnAccessorReadsInLogicalOrderWhateverTheStrides()
    {
        var rows = arange(6, ScalarType.Float32).reshape(2, 3);
        Assert.Equal([0f, 1, 2, 3, 4, 5], rows.data<float>());
        var columns = rows.t();
        Assert.False(columns.is_contiguous());
        Assert.Equal([0f, 3, 1, 4, 2, 5], columns.data<float>().ToArray());
        Assert.Equal(4, columns.data<float>()[1, 1]);
        Assert.Equal([3f, 4, 5], rows[1].data<float>().ToArray());
        Assert.Equal([1f, 4], rows[.., 1].data<float>().ToArray());
        Assert.Equal([7f, 7, 7], full(1, 7f).expand(3).data<float>().ToArray());
    }

    [Fact]
    public void AnAccessorWritesIntoTheTensor()
    {
        var tensor = zeros(2, 3);
        var columns = tensor.t().data<float>();
        columns[2, 1] = 5;
        Assert.Equal(5, tensor[1, 2].item<float>());
        columns.CopyFrom([1, 2, 3, 4, 5, 6]);
        Assert.Equal([1f, 3, 5, 2, 4, 6], tensor.data<float>().ToArray());
        tensor.data<float>().CopyFrom([8, 9], 0, 4);
        Assert.Equal([8f, 9], tensor[1, 1..].data<float>().ToArray());
        var part = new float[2];
        tensor.data<float>().CopyTo(part, 0, 1);
        Assert.Equal([3f, 5], part);
    }

    [Fact]
    public void WrongAccessSaysWhatIsWrong()
    {
        var tensor = zeros(2, 3);
        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => tensor.data<double>()).Message);
        Assert.Contains("size is 2", Assert.Throws<ArgumentOutOfRangeException>(() => tensor.data<float>()[2, 0]).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.data<float>()[-1, 0]);
        Assert.Contains("2 dimensions", Assert.Throws<ArgumentException>(() => tensor.data<float>()[0]).Message);
    }

    [Fact]
    public void ItemTakesTheOnlyElement()
    {
        Assert.Equal(2.5f, tensor(2.5f).item<float>());
        Assert.Equal(7, full((long[])[1, 1], 7).item<float>());
        Assert.Equal(7, (int)tensor(7L));
        Assert.Equal((byte)200, (byte)tensor((byte)200));
        Assert.True((bool)tensor(true));
        Assert.Equal(2.5, tensor(2.5).ToScalar().ToDouble());
        Assert.Contains("2 elements", Assert.Throws<ArgumentException>(() => ones(2).item<float>()).Message);
    }

    [Fact]
    public void BytesAreTheTensorsOwn()
    {
        var tensor = zeros(2, ScalarType.Int32);
        tensor.bytes[4] = 5;
        Assert.Equal([0, 5], tensor.data<int>().ToArray());
        tensor.bytes = [1, 0, 0, 0, 2, 0, 0, 0];
        Assert.Equal([1, 2], tensor.data<int>().ToArray());
        Assert.Equal(0, empty(0).bytes.Length);
        Assert.Contains("has 8", Assert.Throws<ArgumentException>(() => tensor.bytes = new byte[3]).Message);
        Assert.Contains("contiguous", Assert.Throws<InvalidOperationException>(() => { _ = zeros(2, 2).t().bytes; }).Message);
    }

    [Fact]
    public void StreamsTakeAndGiveRawNumbers()
    {
        var source = arange(1000, ScalarType.Float32).reshape(10, 100).t();
        using var stream = new MemoryStream();
        source.WriteBytesToStream(stream, 64);
        Assert.Equal(4000, stream.Length);
        stream.Position = 0;
        var target = zeros(100, 10);
        target.ReadBytesFromStream(stream, 7);
        Assert.True(target.Equals(source));
        Assert.Throws<EndOfStreamException>(() => zeros(1).ReadBytesFromStream(stream));
    }

    [Fact]
    public void NumbersPrintAsNumPyPrintsThem() =>
        Assert.Equal("[[0 1]\n [2 3]]", arange(4, ScalarType.Float32).reshape(2, 2).ToString(TensorStringStyle.Numpy));

    [Fact]
    public void EqualsComparesNumbersAndTheHashTellsObjectsApart()
    {
        Assert.True(ones(2).Equals(ones(2)));
        Assert.False(ones(2).Equals(zeros(2)));
        Assert.False(ones(2).Equals((object)"ones"));
        var tensor = ones(2);
        Assert.Contains(tensor, new HashSet<Tensor> { tensor });
    }
}

using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Behaviour;

public sealed class CreationTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void SizesMayBeWrittenInEveryWay()
    {
        Assert.All<Tensor>([zeros(2, 3), zeros(2L, 3L), zeros([2L, 3L]), zeros((long[])[2, 3]), zeros((ReadOnlySpan<long>)[2, 3])], made =>
        {
            Assert.Equal([2, 3], made.shape);
            Assert.Equal(ScalarType.Float32, made.dtype);
            Assert.Equal(0, made.abs().sum().item<float>());
        });
        Assert.Equal(24, ones(1, 2, 3, 4).sum().item<float>());
        Assert.Equal([5], ones(5).shape);
        Assert.Equal(12, full(2, 3, 2).sum().item<float>());
        Assert.Equal([2, 0], empty(2, 0).shape);
        Assert.Equal([3, 1, 2], empty(3, 1, 2).shape);
    }

    [Fact]
    public void TypesAndGradientsAreAsAsked()
    {
        Assert.Equal(ScalarType.Float64, zeros(2, dtype: ScalarType.Float64).dtype);
        Assert.True(ones(2, requires_grad: true).requires_grad);
        Assert.Equal(ScalarType.Int32, full(2, 7, ScalarType.Int32).dtype);
        Assert.Throws<ArgumentException>(() => zeros(2, names: ["N"]));
    }

    [Fact]
    public void RangesAreLibtorchs()
    {
        Assert.Equal([0L, 1, 2], arange(3, ScalarType.Int64).data<long>().ToArray());
        Assert.Equal(ScalarType.Int64, arange(3).dtype);
        Assert.Equal([1f, 1.5f, 2f], arange(1.0f, 2.1f, 0.5f).data<float>().ToArray());
        Assert.Equal([0f, 0.25f, 0.5f, 0.75f, 1f], linspace(0, 1, 5).data<float>().ToArray());
        Assert.Equal([1f, 0, 0, 0, 1, 0], eye(2, 3).data<float>().ToArray());
    }

    [Fact]
    public void ValuesOfEveryTypeGoThroughAndBack()
    {
        Assert.Equal([true, false], tensor([true, false]).data<bool>().ToArray());
        Assert.Equal([(byte)1, (byte)255], tensor((byte[])[1, 255]).data<byte>().ToArray());
        Assert.Equal([(sbyte)-1], tensor((sbyte[])[-1]).data<sbyte>().ToArray());
        Assert.Equal([(short)-300], tensor((short[])[-300]).data<short>().ToArray());
        Assert.Equal([int.MinValue], tensor([int.MinValue]).data<int>().ToArray());
        Assert.Equal([long.MaxValue], tensor([long.MaxValue]).data<long>().ToArray());
        Assert.Equal([(Half)0.5], tensor((Half[])[(Half)0.5]).data<Half>().ToArray());
        Assert.Equal([float.Epsilon], tensor([float.Epsilon]).data<float>().ToArray());
        Assert.Equal([Math.PI], tensor([Math.PI]).data<double>().ToArray());
    }

    [Fact]
    public void ArraysKeepTheirShapeAndAreCopied()
    {
        float[,] rows = { { 1, 2, 3 }, { 4, 5, 6 } };
        var made = tensor(rows);
        rows[0, 0] = 100;
        Assert.Equal([2, 3], made.shape);
        Assert.Equal([1f, 2, 3, 4, 5, 6], made.data<float>().ToArray());
        Assert.Equal([1, 1, 2, 1], tensor(new double[1, 1, 2, 1]).shape);
        Assert.Equal([3, 2], tensor((float[])[1, 2, 3, 4, 5, 6], [3L, 2L]).shape);
        Assert.Equal([2], tensor(new List<float> { 1, 2 }).shape);
        Assert.Equal([1, 2], tensor(new List<long> { 1, 2 }, 1, 2).shape);
        Assert.Equal([2, 1], tensor(((float[])[1, 2]).AsMemory(), [2L, 1L]).shape);
        Assert.Equal([2, 2, 1], from_array(new int[2, 2, 1]).shape);
        Assert.Equal(ScalarType.Float64, tensor([1f], ScalarType.Float64).dtype);
        Assert.Throws<ArgumentException>(() => tensor([1f, 2f], [3L]));
        Assert.Throws<ArgumentException>(() => from_array(new decimal[2]));
    }

    [Fact]
    public void ScalarsKeepTheirTypes()
    {
        Assert.Equal(ScalarType.Float32, tensor(1f).dtype);
        Assert.Equal(ScalarType.Float64, tensor(1.0).dtype);
        Assert.Equal(ScalarType.Int64, tensor(1L).dtype);
        Assert.Equal(ScalarType.Bool, tensor(true).dtype);
        Assert.Equal([], tensor(1f).shape);
        Tensor number = 3, list = (float[])[1, 2];
        Assert.Equal((ScalarType.Int32, ScalarType.Float32), (number.dtype, list.dtype));
    }

    [Fact]
    public void AWholeNumberDoesNotTurnAWholeTensorIntoFloats()
    {
        var whole = arange(3, ScalarType.Int64);
        Assert.Equal(ScalarType.Int64, (whole + 1).dtype);
        Assert.Equal(ScalarType.Int64, whole.add_(1).dtype);
        Assert.Equal(ScalarType.Float32, (whole + 0.5).dtype);
    }

    [Fact]
    public void LikesTakeSizeAndTypeUnlessTold()
    {
        var pattern = zeros(2, 3, dtype: ScalarType.Float64);
        Assert.All<Tensor>([pattern.zeros_like(), zeros_like(pattern), pattern.ones_like(), ones_like(pattern), pattern.empty_like(), empty_like(pattern), pattern.full_like(2), full_like(pattern, 2)], made =>
        {
            Assert.Equal([2, 3], made.shape);
            Assert.Equal(ScalarType.Float64, made.dtype);
        });
        Assert.Equal(ScalarType.Int32, ones_like(pattern, ScalarType.Int32).dtype);
        Assert.Equal(12, full_like(pattern, 2).sum().item<double>());
        Assert.Equal(6, pattern.fill_(1).sum().item<double>());
        Assert.Equal(0, pattern.zero_().sum().item<double>());
    }

    [Fact]
    public void FromBufferSharesTheArray()
    {
        float[] numbers = [1, 2, 3, 4];
        using var shared = frombuffer(numbers, ScalarType.Float32);
        numbers[0] = 10;
        Assert.Equal(10, shared[0].item<float>());
        shared[3].fill_(-1);
        Assert.Equal(-1, numbers[3]);
        using var part = frombuffer(numbers, ScalarType.Float32, count: 2, offset: 4);
        Assert.Equal([2f, 3f], part.data<float>().ToArray());
        Assert.Throws<ArgumentException>(() => frombuffer(numbers, ScalarType.Float32, count: 5));
        Assert.Throws<ArgumentException>(() => frombuffer(numbers, ScalarType.Float32, offset: -4));
        Assert.Throws<ArgumentException>(() => frombuffer(numbers, ScalarType.Float32, count: long.MaxValue / 2, offset: 4));
    }

    [Fact]
    public void FromBufferLetsTheArrayGoWithTheLastTensor()
    {
        var (array, shared, view) = Share();
        GC.Collect();
        Assert.True(array.IsAlive, "the array was collected under its tensor");
        shared.Dispose();
        GC.Collect();
        Assert.True(array.IsAlive, "the array was collected under a view");
        Assert.Equal(3, view.sum().item<float>());
        view.Dispose();
        GC.Collect();
        Assert.False(array.IsAlive, "the array is still pinned");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (WeakReference, Tensor, Tensor) Share()
    {
        float[] numbers = [1, 1, 1, 1];
        var shared = frombuffer(numbers, ScalarType.Float32);
        return (new(numbers), shared, shared[1..]);
    }
}

using TorchSharp;
using TorchSharp.Libtorch;
using static TorchSharp.torch;

namespace Engine.Tests.Libtorch;

public sealed class AutocastTests
{
    static ScalarType TypeOfProduct()
    {
        using Tensor a = ones(4, 4), product = a.mm(a);
        return product.dtype;
    }

    [Fact]
    public void ProductsAreInHalfPrecisionInsideAndNotOutside()
    {
        Assert.Equal(float32, TypeOfProduct());
        using (new Autocast(DeviceType.CPU))
        {
            Assert.True(Autocast.IsEnabled(DeviceType.CPU));
            Assert.Equal(bfloat16, TypeOfProduct());
        }
        Assert.False(Autocast.IsEnabled(DeviceType.CPU));
        Assert.Equal(float32, TypeOfProduct());
    }

    [Fact]
    public void AnInnerScopeCanSwitchItOffAndTheOuterOneGoesOn()
    {
        using (new Autocast(DeviceType.CPU))
        {
            using (new Autocast(DeviceType.CPU, enabled: false)) Assert.Equal(float32, TypeOfProduct());
            Assert.Equal(bfloat16, TypeOfProduct());
        }
    }

    [Fact]
    public void OtherThreadsAreNotTouched()
    {
        using var scope = new Autocast(DeviceType.CPU);
        ScalarType found = default;
        var other = new Thread(() => found = TypeOfProduct());
        other.Start();
        other.Join();
        Assert.Equal(float32, found);
    }

    [Fact]
    public void WeightsChangedBetweenScopesAreCastAnew()
    {
        var linear = nn.Linear(2, 2);
        using var x = ones(1, 2);
        Tensor Run()
        {
            using var scope = new Autocast(DeviceType.CPU);
            return linear.call(x).to(float32);
        }
        using var before = Run();
        using (no_grad()) linear.weight!.add_(1);
        using var after = Run();
        Assert.True(after.allclose(before + 2, 0.05, 0.05));
    }

    [Fact]
    public void GradientsReachTheFullPrecisionWeights()
    {
        var linear = nn.Linear(3, 2);
        using (new Autocast(DeviceType.CPU)) linear.call(ones(5, 3)).to(float32).sum().backward();
        Assert.Equal(float32, linear.weight!.grad!.dtype);
        Assert.Equal(5, linear.weight.grad.max().item<float>());
    }

    [Fact]
    public void AnOuterScopeCannotEndFirst()
    {
        var outer = new Autocast(DeviceType.CPU);
        using (new Autocast(DeviceType.CPU)) Assert.Throws<InvalidOperationException>(outer.Dispose);
        outer.Dispose();
        outer.Dispose();
        Assert.False(Autocast.IsEnabled(DeviceType.CPU));
    }

    [Fact]
    public void AFullPrecisionTypeIsRefused() =>
        Assert.StartsWith("Autocast to Float32: expected BFloat16 or Float16.", Assert.Throws<ArgumentException>(() => new Autocast(DeviceType.CPU, float32)).Message);
}

using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Libtorch;

/// <summary>
/// Torch's operations with a number, which keep the number until the operation has read it. TorchSharp's own operators hand a
/// temporary <see cref="Scalar"/> to native code and forget it: when another thread collects garbage at that moment, its
/// finalizer frees the number before it is read, and the result is an exception or a wrong value. The same holds for x + y of
/// two tensors, which is x + 1·y to torch. Each method here is torch's of the same name in lower case; a test finds the
/// operators that are left.
/// </summary>
static class Scalars
{
    static readonly Scalar one = 1;

    public static Tensor Add(this Tensor x, Tensor y) => x.add(y, one);

    public static Tensor Add(this Tensor x, double y) => Kept(x, y, static (x, s) => x.add(s, one));

    public static Tensor Add(this Tensor x, long y) => Kept(x, y, static (x, s) => x.add(s, one));

    public static Tensor Add_(this Tensor x, Tensor y) => x.add_(y, one);

    public static Tensor Add_(this Tensor x, Tensor y, double alpha)
    {
        using Scalar s = alpha;
        return x.add_(y, s);
    }

    public static Tensor Add_(this Tensor x, double y) => Kept(x, y, static (x, s) => x.add_(s, one));

    public static Tensor Addcmul_(this Tensor x, Tensor y, Tensor z, double value)
    {
        using Scalar s = value;
        return x.addcmul_(y, z, s);
    }

    public static Tensor Sub(this Tensor x, double y) => Kept(x, y, static (x, s) => x.sub(s));

    public static Tensor Sub(this Tensor x, long y) => Kept(x, y, static (x, s) => x.sub(s));

    public static Tensor Sub_(this Tensor x, double y) => Kept(x, y, static (x, s) => x.sub_(s));

    /// <summary>Scalar - tensor.</summary>
    public static Tensor RSub(this Tensor x, double y) => x.negative().Add(y);

    public static Tensor RSub(this Tensor x, long y) => x.negative().Add(y);

    public static Tensor Mul(this Tensor x, double y) => Kept(x, y, static (x, s) => x.mul(s));

    public static Tensor Mul(this Tensor x, long y) => Kept(x, y, static (x, s) => x.mul(s));

    public static Tensor Mul_(this Tensor x, double y) => Kept(x, y, static (x, s) => x.mul_(s));

    public static Tensor Div(this Tensor x, double y) => Kept(x, y, static (x, s) => x.div(s));

    public static Tensor Div(this Tensor x, long y) => Kept(x, y, static (x, s) => x.div(s));

    public static Tensor Div_(this Tensor x, double y) => Kept(x, y, static (x, s) => x.div_(s));

    public static Tensor Pow(this Tensor x, double y) => Kept(x, y, static (x, s) => x.pow(s));

    public static Tensor Square(this Tensor x) => x * x;

    public static Tensor Fill_(this Tensor x, double value) => Kept(x, value, static (x, s) => x.fill_(s));

    public static Tensor Clamp(this Tensor x, double min, double max)
    {
        using Scalar low = min, high = max;
        return x.clamp(low, high);
    }

    public static Tensor ClampMin(this Tensor x, double min) => Kept(x, min, static (x, s) => x.clamp_min(s));

    public static Tensor ClampMax(this Tensor x, double max) => Kept(x, max, static (x, s) => x.clamp_max(s));

    public static Tensor Lt(this Tensor x, double y) => Kept(x, y, static (x, s) => x.lt(s));

    public static Tensor LeakyRelu(this Tensor x, double slope) => Kept(x, slope, static (x, s) => x.leaky_relu(s));

    public static Tensor Full(long[] shape, double value, ScalarType? dtype = null, Device? device = null)
    {
        using Scalar s = value;
        return full(shape, s, dtype ?? ScalarType.Float32, device);
    }

    public static Tensor Arange(long stop, ScalarType? dtype = null, Device? device = null)
    {
        using Scalar from = 0, to = stop;
        return arange(from, to, one, dtype ?? ScalarType.Int64, device);
    }

    // A static operation allocates nothing: these stand in every layer and loss.
    static Tensor Kept(Tensor x, Scalar number, Func<Tensor, Scalar, Tensor> operation)
    {
        using (number) // also after the native call, which reads it
            return operation(x, number);
    }
}

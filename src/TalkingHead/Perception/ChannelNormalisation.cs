using TalkingHead.Libtorch;
using TalkingHead.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Perception;

/// <summary>
/// Brings pictures from this framework's form, RGB in [−1, 1], into the form that a network's published weights were
/// trained with: a scale and a shift per channel, and where asked for the channels in reverse order.
/// </summary>
sealed class ChannelNormalisation : Module<Tensor, Tensor>
{
    readonly bool bgr;
    readonly Constant scale, shift; // (1,3,1,1), in the order of the output's channels

    ChannelNormalisation(bool bgr, float[] scale, float[] shift) : base(nameof(ChannelNormalisation))
    {
        this.bgr = bgr;
        (this.scale, this.shift) = (new Constant(scale, 1, 3, 1, 1), new Constant(shift, 1, 3, 1, 1));
    }

    /// <summary>RGB in 0..1, less the mean, over the standard deviation of ImageNet.</summary>
    internal static ChannelNormalisation Torchvision() => Standardised([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>0..255, less the mean of each channel.</summary>
    /// <param name="means">Means in the order R, G, B.</param>
    /// <param name="bgr">Whether the network wants its channels as Caffe has them.</param>
    internal static ChannelNormalisation Bytes(float[] means, bool bgr)
    {
        var shift = Array.ConvertAll(means, mean => 127.5f - mean);
        if (bgr)
            Array.Reverse(shift);
        return new(bgr, [127.5f, 127.5f, 127.5f], shift);
    }

    /// <summary>LPIPS's own constants, for RGB in [−1, 1].</summary>
    internal static ChannelNormalisation Lpips() =>
        FromUnit(mean: [-.030f, -.088f, -.188f], deviation: [.458f, .448f, .450f]);

    // (B,3,H,W) -> (B,3,H,W)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var ordered = bgr ? x.flip(1) : x;
        return (ordered * scale.For(x)).Add(shift.For(x)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            scale.Dispose();
            shift.Dispose();
        }
        base.Dispose(disposing);
    }

    // ((x + 1) / 2 − mean) / deviation
    static ChannelNormalisation Standardised(float[] mean, float[] deviation) =>
        FromUnit(Array.ConvertAll(mean, value => 2 * value - 1), Array.ConvertAll(deviation, value => 2 * value));

    // (x − mean) / deviation
    static ChannelNormalisation FromUnit(float[] mean, float[] deviation) => new(
        false,
        [.. deviation.Select(value => 1 / value)],
        [.. mean.Zip(deviation, (m, d) => -m / d)]);
}

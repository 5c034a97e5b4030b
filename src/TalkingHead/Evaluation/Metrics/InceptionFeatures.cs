using TalkingHead.Libtorch;
using TalkingHead.Pretrained;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>How a picture becomes Inception's input of 299x299; FIDs of different variants do not compare.</summary>
public enum FidVariant
{
    /// <summary>RGB in [0,1], bilinear without antialias, then 2x - 1.</summary>
    PytorchFid,

    /// <summary>RGB in 0..255, bicubic with antialias, clipped but not rounded, then (x - 128) / 128.</summary>
    CleanFid,
}

/// <summary>The 2048 numbers that FID and KID compare: Inception v3 of the FID release, averaged over space.</summary>
public sealed class InceptionFeatures : IDisposable
{
    const int Side = 299;

    readonly Inception network;
    readonly FidVariant variant;

    internal InceptionFeatures(Inception network, FidVariant variant, Device device) =>
        (this.network, this.variant) = ((Inception)network.to(device), variant);

    /// <summary>The network with its published weights.</summary>
    /// <exception cref="UserException">The weights file is missing or another network's.</exception>
    public static InceptionFeatures Load(FidVariant variant, Device device) => new(Inception.Load(), variant, device);

    internal static string NameOf(FidVariant variant) => variant == FidVariant.CleanFid ? "clean-fid" : "pytorch-fid";

    /// <summary>Quantised pictures (B,3,H,W), uint8, of any size to (B,2048) float32.</summary>
    public Tensor Compute(Tensor pictures)
    {
        Pictures.Expect(pictures);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return network.call(Input(pictures, variant)).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => network.Dispose();

    /// <summary>Quantised pictures to what the network takes, (B,3,299,299).</summary>
    internal static Tensor Input(Tensor pictures, FidVariant variant)
    {
        using var scope = NewDisposeScope();
        var (x, bicubic) = (pictures.to(ScalarType.Float32), variant == FidVariant.CleanFid);
        x = functional.interpolate(bicubic ? x : x.Div(255), [Side, Side],
            mode: bicubic ? InterpolationMode.Bicubic : InterpolationMode.Bilinear, align_corners: false, antialias: bicubic);
        return (bicubic ? x.Clamp(0, 255).Sub(128).Div(128) : x.Mul(2).Sub(1)).MoveToOuterDisposeScope();
    }
}

using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// What ImageNet's ResNet-18 sees in pictures. The distance of two pictures is that of Zhang et al. 2018 without their
/// learned weights: activations after stages 1 to 3, each place of unit length, squared difference, mean over places, summed
/// over stages. It is not LPIPS, and does not compare with it. The Fréchet distance (Dowson and Landau 1982; as FID, Heusel
/// et al. 2017) compares means over places after stage 3.
/// </summary>
sealed class ResNet18Distance : IDisposable
{
    internal const string Definition = "ResNet-18 (ImageNet, CNTK), stages 1 to 3: squared difference of unit-length activations, mean "
        + "over places, summed; not LPIPS";
    internal const string FrechetDefinition = "Fréchet distance of ResNet-18 (ImageNet, CNTK) features, 256 means over places after stage "
        + "3, input bilinear to 224x224, float64; not FID";

    /// <summary>The third stage has 2x2 places.</summary>
    internal const int LeastSide = 32;

    readonly ResNet18 network;

    internal ResNet18Distance(ResNet18 network, Device device) => this.network = (ResNet18)network.to(device);

    /// <summary>With the published weights.</summary>
    /// <exception cref="UserException">The weights file is missing or another network's.</exception>
    internal static ResNet18Distance Load(Device device) => new(ResNet18.Load(), device);

    /// <summary>Quantised pictures (B,3,H,W), uint8, of at least 32x32 pixels, to one value each, (B) float64.</summary>
    internal Tensor Compute(Tensor first, Tensor second)
    {
        Pictures.Expect(first, second);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var (one, other) = (network.call(PictureTensor.FromBytes(first)), network.call(PictureTensor.FromBytes(second)));
        var sum = Scalars.Full([first.shape[0]], 0, ScalarType.Float64, first.device);
        for (var stage = 0; stage < one.Length; stage++)
            sum = sum.Add((Unit(one[stage]) - Unit(other[stage])).Square().sum([1]).mean([1, 2]).to(ScalarType.Float64));
        return sum.MoveToOuterDisposeScope();
    }

    /// <summary>Quantised pictures (B,3,H,W), uint8, of any size to (B,256) float32.</summary>
    internal Tensor Features(Tensor pictures)
    {
        Pictures.Expect(pictures);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        // One by one: these are large, and a picture's numbers shall not depend on those beside it.
        return cat([.. Enumerable.Range(0, (int)pictures.shape[0]).Select(i => OfOne(pictures.narrow(0, i, 1)))]).MoveToOuterDisposeScope();
    }

    Tensor OfOne(Tensor picture)
    {
        using var scope = NewDisposeScope();
        var resized = functional.interpolate(PictureTensor.FromBytes(picture), [ResNet18.TrainedSide, ResNet18.TrainedSide],
            mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
        return network.call(resized)[^1].mean([2, 3]).MoveToOuterDisposeScope();
    }

    public void Dispose() => network.Dispose();

    // (B,C,H,W), each place of length one
    static Tensor Unit(Tensor maps) => maps / maps.Square().sum([1], keepdim: true).sqrt().Add(1e-10);
}

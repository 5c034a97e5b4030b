using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// Fréchet video distance (Unterthiner et al. 2018): the Fréchet distance of what I3D says of clips of 16 frames that follow each
/// other in time; the shorter side is resized to 224, and the middle taken. Frames not in such a row are left out. Lower is better.
/// </summary>
sealed class VideoDistance : IDisposable
{
    /// <summary>Of a clip.</summary>
    internal const int Frames = 16;

    internal const string Definition = "Fréchet distance of I3D (Kinetics-400, PyTorch file of VideoGPT) outputs before softmax, clips of "
        + "16 frames in a row, bilinear to 224x224, float64";

    readonly I3d network;

    internal VideoDistance(I3d network, Device device) => this.network = (I3d)network.to(device);

    /// <summary>With the published weights.</summary>
    /// <exception cref="UserException">The weights file is missing or another network's.</exception>
    internal static VideoDistance Load(Device device) => new(I3d.Load(), device);

    /// <summary>Where clips begin: rows of frames that follow each other are cut into as many as they hold.</summary>
    internal static IEnumerable<int> Clips(IReadOnlyList<bool> follows)
    {
        for (int i = 0, row = 0; i < follows.Count; i++)
        {
            row = follows[i] ? row + 1 : 1;
            if (row % Frames == 0)
                yield return i + 1 - Frames;
        }
    }

    /// <summary>A clip's quantised frames (16,3,H,W), uint8, to (1,400) float32.</summary>
    internal Tensor Features(Tensor frames)
    {
        Pictures.Expect(frames);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var scale = (double)I3d.Side / Math.Min(frames.shape[2], frames.shape[3]);
        var (height, width) = ((long)Math.Ceiling(frames.shape[2] * scale), (long)Math.Ceiling(frames.shape[3] * scale));
        var resized = functional.interpolate(PictureTensor.FromBytes(frames), [height, width], mode: InterpolationMode.Bilinear,
            align_corners: false);
        var middle = resized.narrow(2, (height - I3d.Side) / 2, I3d.Side).narrow(3, (width - I3d.Side) / 2, I3d.Side);
        return network.call(middle.transpose(0, 1).unsqueeze(0)).MoveToOuterDisposeScope(); // (1,3,16,224,224)
    }

    public void Dispose() => network.Dispose();
}

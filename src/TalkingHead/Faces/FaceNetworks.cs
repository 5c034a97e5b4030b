using System.Runtime.InteropServices;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Onnx;
using static TorchSharp.torch;

namespace TalkingHead.Faces;

/// <summary>
/// MediaPipe's networks as <see cref="MeshTracker"/> uses them: the detector BlazeFace (Bazarevsky et al. 2019), the face mesh
/// (Kartynnik et al. 2019) and the irises (Ablavatski et al. 2020). They are part of the program (Faces/Networks). Each takes
/// squares of a picture; points come back in the squares, where (0, 0) is one corner and (1, 1) the other.
/// </summary>
sealed class FaceNetworks : IDisposable
{
    /// <summary>Sides of the squares, in pixels.</summary>
    public const int DetectorSide = 256, MeshSide = 192, EyeSide = 64;

    /// <summary>The mesh's points.</summary>
    public const int MeshPoints = 468;

    // BlazeFace's anchors: two at each of 16x16 cells, then six at each of 8x8. For each: centre, size, and six points.
    static readonly (int Cells, int Each)[] Anchors = [(16, 2), (8, 6)];
    const int BoxNumbers = 16;

    /// <summary>Points of an eye: 71 of eyelids and brow, then the iris's centre and four of its edge.</summary>
    public const int LidPoints = 71, EyePoints = LidPoints + 5;

    readonly OnnxModel detector, mesh, iris;

    /// <param name="device">The CPU when null.</param>
    /// <exception cref="UserException">ONNX Runtime is missing, or has no such device.</exception>
    public FaceNetworks(Device? device = null)
    {
        detector = Open("blazeface-back.onnx", device);
        mesh = Open("facemesh.onnx", device);
        iris = Open("iris.onnx", device);
    }

    /// <summary>
    /// Faces of at least <paramref name="least"/> probability, likeliest first; of those that overlap by more than <paramref
    /// name="same"/> one.
    /// </summary>
    public List<DetectedFace> Detect(Picture square, double least, double same)
    {
        using var scope = NewDisposeScope();
        var outputs = detector.Run(("picture", PictureTensor.ToTensor(square, CPU)));
        var found = new List<DetectedFace>();
        foreach (var (cells, each) in Anchors)
        {
            var scores = outputs[$"scores{cells}"].data<float>().ToArray();
            var boxes = outputs[$"boxes{cells}"].data<float>().ToArray();
            for (var i = 0; i < scores.Length; i++)
            {
                var score = 1 / (1 + Math.Exp(-(double)scores[i]));
                if (!(score >= least))
                    continue;
                var cell = i / each;
                var (x, y) = ((cell % cells + 0.5) / cells, (cell / cells + 0.5) / cells);
                var box = boxes.AsSpan(BoxNumbers * i, BoxNumbers);
                var face = new DetectedFace(
                    score, x + box[0] / DetectorSide, y + box[1] / DetectorSide, Math.Max(box[2], box[3]) / DetectorSide,
                    Math.Atan2(box[7] - box[5], box[6] - box[4])); // from the right eye to the left one
                if (double.IsFinite(face.X + face.Y + face.Size + face.Tilt) && face.Size > 0)
                    found.Add(face);
            }
        }

        var kept = new List<DetectedFace>();
        foreach (var face in found.OrderByDescending(face => face.Score))
        {
            if (kept.TrueForAll(other => other.Box.Overlap(face.Box) <= same))
                kept.Add(face);
        }

        return kept;
    }

    /// <summary>The mesh of the face in a square, 468 triples x, y and depth (smaller is nearer), and how likely there is one.</summary>
    public (float[] Points, double Score) Mesh(Picture square)
    {
        using var scope = NewDisposeScope();
        var outputs = mesh.Run(("picture", ToInput(square)));
        return (Scaled(outputs["mesh"], MeshSide), outputs["face"].data<float>()[0]);
    }

    /// <summary>
    /// Eyelids and irises of two eyes: for each <see cref="EyePoints"/> triples x, y and depth. The network knows the person's right
    /// eye; the left one must be mirrored.
    /// </summary>
    public float[][] Eyes(Picture first, Picture second)
    {
        using var scope = NewDisposeScope();
        return [.. Scaled(iris.Run(("picture", cat([ToInput(first), ToInput(second)])))["points"], EyeSide).Chunk(3 * EyePoints)];
    }

    public void Dispose()
    {
        detector.Dispose();
        mesh.Dispose();
        iris.Dispose();
    }

    // 0 to 1, (1,3,s,s). A plain loop into the tensor's memory: for steps so small, waking libtorch's threads costs more than it gives.
    static Tensor ToInput(Picture square)
    {
        var input = empty(1, 3, square.Height, square.Width);
        var values = MemoryMarshal.Cast<byte, float>(input.bytes);
        var plane = square.Width * square.Height;
        Span<float> red = values[..plane], green = values[plane..(2 * plane)], blue = values[(2 * plane)..];
        ReadOnlySpan<byte> pixels = square.Pixels;
        for (var i = 0; i < plane; i++)
            (red[i], green[i], blue[i]) = (pixels[3 * i] / 255f, pixels[3 * i + 1] / 255f, pixels[3 * i + 2] / 255f);
        return input;
    }

    static float[] Scaled(Tensor points, int side) => Array.ConvertAll(points.data<float>().ToArray(), value => value / side);

    static OnnxModel Open(string name, Device? device)
    {
        using var stream = typeof(FaceNetworks).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        // One thread: in networks so small, waking a second one costs more than it gives.
        return OnnxModel.Open(OnnxFile.Parse(name, bytes), device, threads: 1);
    }
}

/// <summary>A face in a square whose corners are (0, 0) and (1, 1).</summary>
/// <param name="Score">Probability.</param>
/// <param name="X">Of its middle.</param>
/// <param name="Y">Of its middle.</param>
/// <param name="Size">Of the square around brows, chin and cheeks.</param>
/// <param name="Tilt">Angle of the line from the right eye to the left one, in radians, clockwise.</param>
readonly record struct DetectedFace(double Score, double X, double Y, double Size, double Tilt)
{
    public FaceBox Box => new(X - Size / 2, Y - Size / 2, X + Size / 2, Y + Size / 2);
}

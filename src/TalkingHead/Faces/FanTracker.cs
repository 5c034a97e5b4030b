using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TalkingHead.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Faces;

/// <summary>
/// face-alignment's networks, the paper's own choice: the detector S3FD and the landmark network 2DFAN-4, on a GPU where
/// there is one. Their files come from the weights folder.
/// </summary>
public sealed class FanTracker : FaceTracker
{
    internal const string DetectorFile = "s3fd-619a316812.pth", LandmarkFile = "2DFAN4-cd938726ad.zip";

    /// <summary>The detector sees the picture with its longer side at most this long: faces of 20 of these pixels and more.</summary>
    const int MostSide = 640;

    /// <summary>Probability from which the detector is believed, and overlap from which two boxes are one face.</summary>
    const double Surely = 0.5, SameFace = 0.3;

    /// <summary>Mean height of the heatmaps' peaks below which a followed face is lost.</summary>
    const double LeastConfidence = 0.25;

    // How the landmark network's input is cut: published with its weights.
    const int Side = 256;
    const double BoxSides = 195, RegionSides = 200, Lift = 0.12;

    // Blue, green, red: what the detector's training subtracted.
    static readonly float[] Means = [104, 117, 123];

    readonly S3fd detector;
    readonly jit.ScriptModule<Tensor, Tensor> landmarker;
    readonly Device device;

    /// <param name="device">Null: the first GPU, else the CPU.</param>
    /// <exception cref="UserException">A file is missing or is not what it should be.</exception>
    public FanTracker(Device? device = null)
        : this(PublishedWeights.Locate(DetectorFile), PublishedWeights.Locate(LandmarkFile), device ?? (cuda.is_available() ? CUDA : CPU))
    {
    }

    FanTracker(string detectorFile, string landmarkFile, Device device)
        : this(LoadDetector(detectorFile), LoadLandmarker(landmarkFile, device), device)
    {
    }

    internal FanTracker(S3fd detector, jit.ScriptModule<Tensor, Tensor> landmarker, Device device)
    {
        (this.detector, this.landmarker, this.device) = (detector.to(device), landmarker, device);
        detector.eval();
        landmarker.eval();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TrackedFace> Find(Picture picture)
    {
        var shrink = Math.Min(1, MostSide / (double)Math.Max(picture.Width, picture.Height));
        var small = shrink < 1
            ? picture.Resize(Math.Max(1, (int)Math.Round(picture.Width * shrink)), Math.Max(1, (int)Math.Round(picture.Height * shrink)))
            : picture;
        double across = (double)picture.Width / small.Width, down = (double)picture.Height / small.Height;
        return [.. Detect(small)
            .Select(found => Align(picture, new(found.Box.Left * across, found.Box.Top * down, found.Box.Right * across,
                found.Box.Bottom * down), found.Score))
            .OrderByDescending(face => face.Box.Area)];
    }

    internal override TrackedFace? Follow(Picture picture, Picture before, TrackedFace face)
    {
        // The detector's boxes begin on the forehead, the landmarks at the brows.
        var bounds = face.Landmarks.Bounds;
        var box = bounds with { Top = bounds.Top - 0.25 * bounds.Height };
        var found = Align(picture, new(box.Left + 0.5, box.Top + 0.5, box.Right + 0.5, box.Bottom + 0.5), null);
        return found.Score < LeastConfidence || found.Box.Overlap(face.Box) < SameFace ? null : found;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        detector.Dispose();
        landmarker.Dispose();
    }

    /// <summary>The network with the weights of a PyTorch or safetensors file.</summary>
    internal static S3fd LoadDetector(string path)
    {
        var weights = PyTorchCheckpoint.LoadStateDict(path);
        var network = new S3fd();
        var expected = network.state_dict();
        foreach (var (name, parameter) in expected)
        {
            if (!weights.TryGetValue(name, out var weight) || !weight.shape.SequenceEqual(parameter.shape))
                throw new UserException(
                    $"{path}: no S3FD detector: \"{name}\" of ({string.Join(",", parameter.shape)}) is not in it; get it again with: "
                    + $"scripts/download-weights.sh {Path.GetFileName(path)}");
        }

        network.load_state_dict(weights.Where(w => expected.ContainsKey(w.Key)).ToDictionary());
        foreach (var weight in weights.Values)
            weight.Dispose();
        return network;
    }

    internal static jit.ScriptModule<Tensor, Tensor> LoadLandmarker(string path, Device device)
    {
        try
        {
            return jit.load<Tensor, Tensor>(path, device);
        }
        catch (Exception e) when (e is not UserException)
        {
            throw new UserException($"{path}: not a TorchScript file that can be loaded; get it again with: "
                + $"scripts/download-weights.sh {Path.GetFileName(path)}", e);
        }
    }

    List<(FaceBox Box, double Score)> Detect(Picture picture)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var rgb = PictureTensor.ToTensor(picture, device).Add(1f).Mul(127.5f);
        var input = rgb.flip(1) - tensor(Means, device: device).view(1, 3, 1, 1); // to blue, green, red
        var maps = detector.call(input);
        var found = new List<(FaceBox Box, double Score)>();
        for (var level = 0; level < maps.Length; level++)
        {
            var width = (int)maps[level].Scores.shape[3];
            FaceAnchors.Decode(Floats(maps[level].Scores), Floats(maps[level].Offsets), width, 4 << level, Surely, found);
        }

        return FaceAnchors.Suppress(found, SameFace);
    }

    // box counts from the picture's corner. With no score given, the network's own confidence is it.
    TrackedFace Align(Picture picture, FaceBox box, double? score)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var side = RegionSides * (box.Width + box.Height) / BoxSides;
        double left = box.CentreX - side / 2, top = box.CentreY - Lift * box.Height - side / 2;
        var region = Resampler.Crop(picture, left, top, side, side, Side, Side);
        var maps = landmarker.call(PictureTensor.ToTensor(region, device).Add(1f).Mul(0.5f)); // (1, 68, 64, 64)
        int height = (int)maps.shape[2], width = (int)maps.shape[3];
        var (points, confidence) = FaceHeatmaps.Decode(Floats(maps), width, height);
        for (var i = 0; i < points.Length; i += 2)
        {
            points[i] = (float)(left + (points[i] + 0.5) * side / width - 0.5);
            points[i + 1] = (float)(top + (points[i + 1] + 0.5) * side / height - 0.5);
        }

        var landmarks = new Landmarks(points);
        return new(landmarks, landmarks.Bounds, score ?? confidence, score is not null);
    }

    static float[] Floats(Tensor tensor) => tensor.to_type(ScalarType.Float32).contiguous().cpu().data<float>().ToArray();
}

/// <summary>Landmarks from the 68 heatmaps of a face alignment network (Bulat and Tzimiropoulos 2017).</summary>
static class FaceHeatmaps
{
    /// <summary>Cells around the peak that share in its place, so that a point falls between cells.</summary>
    const int Reach = 2;

    /// <summary>
    /// The points in map cells, where the centre of the first cell is (0, 0), and the mean height of the peaks: about
    /// 0.5 and more for a face, near 0 for none.
    /// </summary>
    /// <param name="maps">68 maps of height x width, row by row.</param>
    /// <param name="width">Of a map.</param>
    /// <param name="height">Of a map.</param>
    public static (float[] Points, double Confidence) Decode(ReadOnlySpan<float> maps, int width, int height)
    {
        if (maps.Length != Landmarks.Count * width * height)
            throw new ArgumentException(
                $"{Landmarks.Count} maps of {width}x{height} hold {Landmarks.Count * width * height} values, got {maps.Length}.",
                nameof(maps));
        var points = new float[2 * Landmarks.Count];
        double confidence = 0;
        for (var i = 0; i < Landmarks.Count; i++)
        {
            var map = maps.Slice(i * width * height, width * height);
            var peak = Peak(map);
            confidence += Math.Max(0, map[peak]) / Landmarks.Count;
            (points[2 * i], points[2 * i + 1]) = Centre(map, width, height, peak % width, peak / width);
        }

        return (points, confidence);
    }

    static int Peak(ReadOnlySpan<float> map)
    {
        var best = 0;
        for (var i = 1; i < map.Length; i++)
        {
            if (map[i] > map[best])
                best = i;
        }

        return best;
    }

    // The centre of mass of what is positive around the peak.
    static (float X, float Y) Centre(ReadOnlySpan<float> map, int width, int height, int x, int y)
    {
        double mass = 0, across = 0, down = 0;
        for (var v = Math.Max(0, y - Reach); v <= Math.Min(height - 1, y + Reach); v++)
        {
            for (var u = Math.Max(0, x - Reach); u <= Math.Min(width - 1, x + Reach); u++)
            {
                var value = map[v * width + u];
                if (!(value > 0))
                    continue;
                (mass, across, down) = (mass + value, across + value * (u - x), down + value * (v - y));
            }
        }

        return mass > 0 ? ((float)(x + across / mass), (float)(y + down / mass)) : (x, y);
    }
}

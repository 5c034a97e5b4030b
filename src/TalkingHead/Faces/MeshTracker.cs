using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Faces;

/// <summary>
/// MediaPipe's way: a detector finds faces, a network fits a mesh of 468 points to each, and the mesh says where to look in the
/// next frame. The 68 landmarks are points of the mesh, and the irises are found in the eyes. Runs wherever ONNX Runtime runs.
/// </summary>
public sealed class MeshTracker : FaceTracker
{
    /// <summary>Probabilities from which the detector and the mesh network are believed.</summary>
    const double Surely = 0.5, IsFace = 0.5;

    /// <summary>Boxes that overlap by more are one face.</summary>
    const double SameFace = 0.3;

    /// <summary>The detector's box grows by this to what the mesh network looks at.</summary>
    const double DetectedMargin = 1.5;

    /// <summary>The detector's input is turned by these angles until it sees a face: it knows upright ones.</summary>
    static readonly double[] Tilts = [0, Math.PI / 4, -Math.PI / 4];

    readonly FaceNetworks networks;

    /// <param name="device">Null: the CPU.</param>
    /// <exception cref="UserException">ONNX Runtime is missing, or has no such device.</exception>
    public MeshTracker(Device? device = null) => networks = new(device);

    /// <inheritdoc/>
    public override IReadOnlyList<TrackedFace> Find(Picture picture)
    {
        foreach (var squares in SearchSquares(picture.Width, picture.Height))
        {
            var found = new List<TrackedFace>();
            foreach (var face in squares.SelectMany(square => Detect(picture, square)).OrderByDescending(face => face.Score))
            {
                if (found.TrueForAll(other => other.Box.Overlap(face.Box) <= SameFace))
                    found.Add(face);
            }

            if (found.Count > 0)
                return [.. found.OrderByDescending(face => face.Box.Area)];
        }

        return [];
    }

    internal override TrackedFace? Follow(Picture picture, Picture before, TrackedFace face)
    {
        var found = Fit(picture, face.Mesh!.Around(), detected: false);
        return found is null || found.Box.Overlap(face.Box) < SameFace ? null : found;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            networks.Dispose();
    }

    // What the detector looks at, until it sees a face: the whole picture, turned ones, then parts, in which small faces are larger.
    static IEnumerable<FaceSquare[]> SearchSquares(int width, int height)
    {
        double longer = Math.Max(width, height), shorter = Math.Min(width, height);
        foreach (var tilt in Tilts)
            yield return [new((width - 1) / 2.0, (height - 1) / 2.0, longer, tilt)];
        for (var side = shorter; side >= FaceNetworks.DetectorSide && side >= shorter / 2; side /= 2)
        {
            if (side < longer)
                yield return [.. Middles(height, side).SelectMany(y => Middles(width, side).Select(x => new FaceSquare(x, y, side, 0)))];
        }
    }

    // Of squares that overlap by a half, as a face may lie on the edge of one.
    static IEnumerable<double> Middles(double length, double side)
    {
        var steps = (int)Math.Ceiling((length - side) / (side / 2));
        return Enumerable.Range(0, steps + 1).Select(i => (side - 1) / 2 + (steps == 0 ? 0 : (length - side) * i / steps));
    }

    IEnumerable<TrackedFace> Detect(Picture picture, FaceSquare square)
    {
        foreach (var seen in networks.Detect(square.Take(picture, FaceNetworks.DetectorSide), Surely, SameFace))
        {
            var (x, y) = square.ToPicture(seen.X, seen.Y);
            // Once more in the square that the first mesh asks for.
            if (Fit(picture, new(x, y, DetectedMargin * seen.Size * square.Side, seen.Tilt + square.Tilt), detected: true) is { } first
                && Fit(picture, first.Mesh!.Around(), detected: true) is { } second)
                yield return second with { Score = seen.Score };
        }
    }

    TrackedFace? Fit(Picture picture, FaceSquare square, bool detected)
    {
        var (points, score) = networks.Mesh(square.Take(picture, FaceNetworks.MeshSide));
        if (!(score >= IsFace))
            return null;
        var mesh = new FaceMesh(square.ToPicture(points), [], []);
        var (right, left) = mesh.Eyes();
        var eyes = networks.Eyes(right.Take(picture, FaceNetworks.EyeSide), left.Take(picture, FaceNetworks.EyeSide));
        mesh = mesh with { Right = right.ToPicture(eyes[0]), Left = left.ToPicture(eyes[1]) };
        var landmarks = mesh.ToLandmarks();
        return landmarks.AreFinite ? new(landmarks, landmarks.Bounds, score, detected) { Mesh = mesh } : null;
    }
}

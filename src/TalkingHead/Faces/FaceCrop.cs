using TalkingHead.Media;

namespace TalkingHead.Faces;

/// <summary>How a head is cut out of its picture.</summary>
public sealed record FaceCropSettings
{
    /// <summary>
    /// Side of the square, in sizes of the face (brows to chin, cheek to cheek, the larger). The default frames a head about
    /// as VoxCeleb does.
    /// </summary>
    public double Margin { get; init; } = 2.2;

    /// <summary>How far the square lies above the face's middle, in sizes of the face: hair needs more room than the neck.</summary>
    public double Lift { get; init; } = 0.12;
}

/// <summary>
/// Square crops around a head. A square reaches beyond the picture where the head is near its edge; the edge is repeated
/// there. Squares count from the picture's corner, so a pixel spans [i, i + 1].
/// </summary>
public static class FaceCrop
{
    /// <summary>In a clip that follows the head, its motion is averaged over about this long.</summary>
    const double FollowSeconds = 0.5;

    /// <summary>Part of the square's side that must stay free around the face for one square to serve the whole clip.</summary>
    internal const double Free = 0.08;

    /// <summary>The square of a photo.</summary>
    public static FaceBox Around(Landmarks landmarks, FaceCropSettings? settings = null)
    {
        settings ??= new();
        var (x, y, size) = Place(landmarks);
        return Square(x, y - settings.Lift * size, settings.Margin * size);
    }

    /// <summary>
    /// One square for each frame of a clip, all of one size: the same place throughout where the face stays within it,
    /// else following the head slowly. A frame without landmarks takes its neighbours'.
    /// </summary>
    /// <exception cref="ArgumentException">No frame has landmarks.</exception>
    public static FaceBox[] Over(IReadOnlyList<Landmarks?> clip, double rate, FaceCropSettings? settings = null)
    {
        settings ??= new();
        var places = Filled(clip);
        var size = Median(places.Select(p => p.Size));
        var side = settings.Margin * size;
        var still = Square(Median(places.Select(p => p.X)), Median(places.Select(p => p.Y)) - settings.Lift * size, side);
        if (clip.OfType<Landmarks>().All(landmarks => Within(landmarks.Bounds, still, Free * side)))
            return [.. Enumerable.Repeat(still, clip.Count)];

        var x = Averaged([.. places.Select(p => p.X)], rate);
        var y = Averaged([.. places.Select(p => p.Y)], rate);
        return [.. x.Zip(y, (u, v) => Square(u, v - settings.Lift * size, side))];
    }

    /// <summary>Cuts the square out and resizes it to <paramref name="size"/> x <paramref name="size"/>.</summary>
    public static Picture Take(Picture picture, FaceBox square, int size) =>
        Resampler.Crop(picture, square.Left, square.Top, square.Width, square.Height, size, size);

    static (double X, double Y, double Size) Place(Landmarks landmarks)
    {
        if (!landmarks.AreFinite)
            throw new ArgumentException("Landmarks that are not finite have no place.", nameof(landmarks));
        var bounds = landmarks.Bounds;
        return (bounds.CentreX + 0.5, bounds.CentreY + 0.5, Math.Max(1, Math.Max(bounds.Width, bounds.Height)));
    }

    // Gaps are bridged in a straight line; before the first and after the last face its place stays.
    static (double X, double Y, double Size)[] Filled(IReadOnlyList<Landmarks?> clip)
    {
        var known = Enumerable.Range(0, clip.Count).Where(i => clip[i] is not null).ToArray();
        if (known.Length == 0)
            throw new ArgumentException("A clip without a face has no crop.", nameof(clip));
        var places = new (double X, double Y, double Size)[clip.Count];
        var next = 0;
        for (var i = 0; i < clip.Count; i++)
        {
            while (next < known.Length - 1 && known[next] < i)
                next++;
            var (after, before) = (known[next], known[next] >= i && next > 0 ? known[next - 1] : known[next]);
            var (a, b) = (Place(clip[before]!), Place(clip[after]!));
            var t = after == before ? 0 : Math.Clamp((double)(i - before) / (after - before), 0, 1);
            places[i] = (double.Lerp(a.X, b.X, t), double.Lerp(a.Y, b.Y, t), double.Lerp(a.Size, b.Size, t));
        }

        return places;
    }

    // A Gaussian mean, forward and backward alike, so the crop does not lag; its ends repeat.
    static double[] Averaged(double[] values, double rate)
    {
        var sigma = Math.Max(0.5, FollowSeconds * rate);
        var reach = (int)Math.Ceiling(3 * sigma);
        return [.. Enumerable.Range(0, values.Length).Select(i =>
        {
            double sum = 0, weights = 0;
            for (var k = -reach; k <= reach; k++)
            {
                var weight = Math.Exp(-k * k / (2 * sigma * sigma));
                (sum, weights) = (sum + weight * values[Math.Clamp(i + k, 0, values.Length - 1)], weights + weight);
            }

            return sum / weights;
        })];
    }

    static bool Within(FaceBox face, FaceBox square, double free) =>
        face.Left > square.Left + free && face.Right < square.Right - free && face.Top > square.Top + free
        && face.Bottom < square.Bottom - free;

    static FaceBox Square(double x, double y, double side) => new(x - side / 2, y - side / 2, x + side / 2, y + side / 2);

    static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>
/// The square around a head while a clip is still running: it rests where it is as long as the face stays within it, and
/// is pushed along where the face leaves it. Its size is that of the frames seen ahead, as in <see cref="FaceCrop.Over"/>.
/// </summary>
public sealed class FollowingCrop
{
    FaceBox square;

    /// <param name="ahead">The first frames with a face.</param>
    /// <param name="rate">Their frames a second.</param>
    /// <param name="settings">As in training.</param>
    public FollowingCrop(IReadOnlyList<Landmarks> ahead, double rate, FaceCropSettings? settings = null) =>
        square = FaceCrop.Over(ahead, rate, settings)[0];

    /// <summary>The square of the next frame.</summary>
    public FaceBox Next(Landmarks landmarks)
    {
        var (face, free) = (landmarks.Bounds, FaceCrop.Free * square.Width);
        var (x, y) = (Push(face.Left, face.Right, square.Left + free, square.Right - free),
            Push(face.Top, face.Bottom, square.Top + free, square.Bottom - free));
        return square = new(square.Left + x, square.Top + y, square.Right + x, square.Bottom + y);
    }

    // How far the room must move for the face to be in it; a face larger than the room is kept in its middle.
    static double Push(double low, double high, double from, double to) =>
        high - low > to - from ? (low + high - from - to) / 2 : low < from ? low - from : high > to ? high - to : 0;
}

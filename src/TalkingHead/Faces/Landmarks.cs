using System.Text.Json;

namespace TalkingHead.Faces;

/// <summary>
/// The 68 points of a face in iBUG's order, in pixels; the centre of the picture's top left pixel is (0, 0). Points may
/// lie outside the picture. "Right" is the person's own. Where the tracker sees irises, both pupils belong to it.
/// </summary>
public sealed class Landmarks
{
    /// <summary>Points of a face.</summary>
    public const int Count = 68;

    /// <summary>Pairs of numbers with pupils: the points, the right pupil's centre, the left one's, and both radii.</summary>
    internal const int CountWithPupils = Count + 3;

    readonly float[] xy;

    /// <param name="xy">68 pairs x, y; with pupils three pairs more: the right pupil's centre, the left one's, and both radii.</param>
    public Landmarks(ReadOnlySpan<float> xy)
    {
        if (xy.Length is not (2 * Count or 2 * CountWithPupils))
            throw new ArgumentException(
                $"A face has {Count} points, so {2 * Count} numbers, or {2 * CountWithPupils} with pupils; got {xy.Length}.", nameof(xy));
        this.xy = xy.ToArray();
    }

    /// <summary>Points with pupils.</summary>
    public Landmarks(ReadOnlySpan<float> xy, Pupil right, Pupil left)
        : this([.. xy, right.X, right.Y, left.X, left.Y, right.Radius, left.Radius])
    {
    }

    /// <summary>The lines that the points form.</summary>
    public static IReadOnlyList<LandmarkGroup> Groups { get; } =
    [
        new("jaw", 0, 16, false), new("right brow", 17, 21, false), new("left brow", 22, 26, false),
        new("nose bridge", 27, 30, false), new("nose base", 31, 35, false),
        new("right eye", 36, 41, true), new("left eye", 42, 47, true),
        new("outer lips", 48, 59, true), new("inner lips", 60, 67, true),
    ];

    /// <summary>68 pairs x, y.</summary>
    public ReadOnlySpan<float> Values => xy.AsSpan(0, 2 * Count);

    /// <summary>The points and, where they are known, the pupils: what a dataset stores.</summary>
    internal ReadOnlySpan<float> ValuesWithPupils => xy;

    /// <summary>A point by its number in iBUG's order, 0 to 67.</summary>
    public (float X, float Y) this[int point] => (xy[2 * point], xy[2 * point + 1]);

    /// <summary>The person's right and left pupil; null where the tracker sees none.</summary>
    public (Pupil Right, Pupil Left)? Pupils => xy.Length == 2 * Count ? null
        : (new(xy[136], xy[137], xy[140]), new(xy[138], xy[139], xy[141]));

    /// <summary>The points alone.</summary>
    public Landmarks WithoutPupils() => new(Values);

    /// <summary>False where any coordinate is NaN or infinite.</summary>
    public bool AreFinite => !xy.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue);

    /// <summary>The smallest box around all points.</summary>
    public FaceBox Bounds
    {
        get
        {
            float left = xy[0], top = xy[1], right = left, bottom = top;
            for (var i = 0; i < 2 * Count; i += 2)
            {
                (left, right) = (Math.Min(left, xy[i]), Math.Max(right, xy[i]));
                (top, bottom) = (Math.Min(top, xy[i + 1]), Math.Max(bottom, xy[i + 1]));
            }

            return new(left, top, right, bottom);
        }
    }

    /// <summary>Height over width of an eye, the mean of both: about 0.3 open, under 0.2 closed (Soukupová and Čech 2016).</summary>
    public double EyeOpening => (Opening(36) + Opening(42)) / 2;

    /// <summary>Sum of the squared differences of the points' coordinates.</summary>
    internal double SquaredDistance(Landmarks other)
    {
        var sum = 0.0;
        for (var i = 0; i < 2 * Count; i++)
            sum += (xy[i] - other.xy[i]) * (xy[i] - other.xy[i]);
        return sum;
    }

    /// <summary>The place of the closest of some landmarks, the first of equals: which source frame copy-nearest shows.</summary>
    internal int Nearest(IReadOnlyList<Landmarks> among) => Enumerable.Range(0, among.Count).MinBy(place => SquaredDistance(among[place]));

    /// <summary>The points and pupils, each mapped.</summary>
    public Landmarks Map(Similarity map) => Map(map.Apply, map.Scale);

    /// <summary>The points in a crop of <paramref name="box"/> (edges of pixels, not centres) that is resized to the given size.</summary>
    public Landmarks Crop(FaceBox box, int width, int height)
    {
        double across = width / box.Width, down = height / box.Height;
        return Map((x, y) => ((x + 0.5 - box.Left) * across - 0.5, (y + 0.5 - box.Top) * down - 0.5), Math.Sqrt(across * down));
    }

    Landmarks Map(Func<double, double, (double X, double Y)> map, double scale)
    {
        var moved = new float[xy.Length];
        var ends = moved.Length == 2 * Count ? moved.Length : moved.Length - 2; // the last pair are the pupils' radii
        for (var i = 0; i < ends; i += 2)
        {
            var (x, y) = map(xy[i], xy[i + 1]);
            (moved[i], moved[i + 1]) = ((float)x, (float)y);
        }

        for (var i = ends; i < moved.Length; i++)
            moved[i] = (float)(xy[i] * scale);
        return new(moved);
    }

    /// <summary>Writes the points as [[x, y], …] with two decimals.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        for (var i = 0; i < 2 * Count; i += 2)
        {
            json.WriteStartArray();
            json.WriteNumberValue(Math.Round((decimal)xy[i], 2));
            json.WriteNumberValue(Math.Round((decimal)xy[i + 1], 2));
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote; false for any other shape.</summary>
    public static bool TryRead(JsonElement json, out Landmarks? landmarks)
    {
        landmarks = null;
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() != Count)
            return false;
        var values = new float[2 * Count];
        for (var i = 0; i < Count; i++)
        {
            var point = json[i];
            if (point.ValueKind != JsonValueKind.Array || point.GetArrayLength() != 2
                || point[0].ValueKind != JsonValueKind.Number || point[1].ValueKind != JsonValueKind.Number)
                return false;
            (values[2 * i], values[2 * i + 1]) = ((float)point[0].GetDouble(), (float)point[1].GetDouble());
        }

        landmarks = new(values);
        return landmarks.AreFinite;
    }

    double Opening(int eye)
    {
        double Between(int a, int b) => double.Hypot(this[eye + a].X - this[eye + b].X, this[eye + a].Y - this[eye + b].Y);
        return (Between(1, 5) + Between(2, 4)) / (2 * Math.Max(1e-6, Between(0, 3)));
    }
}

/// <summary>Where an eye looks from, in pixels.</summary>
/// <param name="X">Of the centre.</param>
/// <param name="Y">Of the centre.</param>
/// <param name="Radius">Of the iris around it.</param>
public readonly record struct Pupil(float X, float Y, float Radius);

/// <summary>The landmarks of a clip's frames, as a dataset stores them.</summary>
/// <param name="Values">(frames, 68, 2), or (frames, 71, 2) with pupils.</param>
/// <param name="Frames">How many.</param>
readonly record struct ClipLandmarks(float[] Values, int Frames)
{
    /// <summary>Those of one frame.</summary>
    public Landmarks this[int frame] => new(Values.AsSpan(frame * Stride, Stride));

    /// <summary>Laid one after the other; with pupils where every frame has them.</summary>
    public static float[] Join(IReadOnlyList<Landmarks> frames) =>
        frames.All(frame => frame.Pupils is not null)
            ? [.. frames.SelectMany(frame => frame.ValuesWithPupils.ToArray())]
            : [.. frames.SelectMany(frame => frame.Values.ToArray())];

    int Stride => Values.Length / Frames;
}

/// <summary>A run of points joined by lines, first to last, and back to the first where it is closed.</summary>
public sealed record LandmarkGroup(string Name, int First, int Last, bool Closed);

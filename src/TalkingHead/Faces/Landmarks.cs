using System.Text.Json;

namespace TalkingHead.Faces;

/// <summary>
/// The 68 points of a face in iBUG's order, in pixels; the centre of the picture's top left pixel is (0, 0). Points may
/// lie outside the picture. "Right" is the person's own.
/// </summary>
public sealed class Landmarks
{
    public const int Count = 68;

    readonly float[] xy;

    /// <param name="xy">68 pairs x, y.</param>
    public Landmarks(ReadOnlySpan<float> xy)
    {
        if (xy.Length != 2 * Count)
            throw new ArgumentException($"A face has {Count} points, so {2 * Count} numbers; got {xy.Length}.", nameof(xy));
        this.xy = xy.ToArray();
    }

    /// <summary>Those of one frame, of a clip's frames laid one after the other (frames,68,2).</summary>
    internal static Landmarks OfFrame(ReadOnlySpan<float> clip, int frame) => new(clip.Slice(frame * 2 * Count, 2 * Count));

    /// <summary>The lines that the points form.</summary>
    public static IReadOnlyList<LandmarkGroup> Groups { get; } =
    [
        new("jaw", 0, 16, false), new("right brow", 17, 21, false), new("left brow", 22, 26, false),
        new("nose bridge", 27, 30, false), new("nose base", 31, 35, false),
        new("right eye", 36, 41, true), new("left eye", 42, 47, true),
        new("outer lips", 48, 59, true), new("inner lips", 60, 67, true),
    ];

    /// <summary>68 pairs x, y.</summary>
    public ReadOnlySpan<float> Values => xy;

    public (float X, float Y) this[int point] => (xy[2 * point], xy[2 * point + 1]);

    /// <summary>False where any coordinate is NaN or infinite.</summary>
    public bool AreFinite => !xy.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue);

    /// <summary>The smallest box around all points.</summary>
    public FaceBox Bounds
    {
        get
        {
            float left = xy[0], top = xy[1], right = left, bottom = top;
            for (var i = 0; i < xy.Length; i += 2)
            {
                (left, right) = (Math.Min(left, xy[i]), Math.Max(right, xy[i]));
                (top, bottom) = (Math.Min(top, xy[i + 1]), Math.Max(bottom, xy[i + 1]));
            }

            return new(left, top, right, bottom);
        }
    }

    /// <summary>Height over width of an eye, the mean of both: about 0.3 open, under 0.2 closed (Soukupová and Čech 2016).</summary>
    public double EyeOpening => (Opening(36) + Opening(42)) / 2;

    /// <summary>Sum of the squared differences of all coordinates.</summary>
    internal double SquaredDistance(Landmarks other)
    {
        var sum = 0.0;
        for (var i = 0; i < xy.Length; i++)
            sum += (xy[i] - other.xy[i]) * (xy[i] - other.xy[i]);
        return sum;
    }

    /// <summary>The place of the closest of some landmarks, the first of equals: which source frame copy-nearest shows.</summary>
    internal int Nearest(IReadOnlyList<Landmarks> among) => Enumerable.Range(0, among.Count).MinBy(place => SquaredDistance(among[place]));

    public Landmarks Map(Similarity map)
    {
        var moved = new float[xy.Length];
        for (var i = 0; i < moved.Length; i += 2)
        {
            var (x, y) = map.Apply(xy[i], xy[i + 1]);
            (moved[i], moved[i + 1]) = ((float)x, (float)y);
        }

        return new(moved);
    }

    /// <summary>The points in a crop of <paramref name="box"/> (edges of pixels, not centres) that is resized to the given size.</summary>
    public Landmarks Crop(FaceBox box, int width, int height)
    {
        double across = width / box.Width, down = height / box.Height;
        var moved = new float[xy.Length];
        for (var i = 0; i < moved.Length; i += 2)
        {
            moved[i] = (float)((xy[i] + 0.5 - box.Left) * across - 0.5);
            moved[i + 1] = (float)((xy[i + 1] + 0.5 - box.Top) * down - 0.5);
        }

        return new(moved);
    }

    /// <summary>Writes [[x, y], …] with two decimals.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        for (var i = 0; i < xy.Length; i += 2)
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

/// <summary>A run of points joined by lines, first to last, and back to the first where it is closed.</summary>
public sealed record LandmarkGroup(string Name, int First, int Last, bool Closed);

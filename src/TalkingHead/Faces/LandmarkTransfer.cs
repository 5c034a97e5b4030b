namespace TalkingHead.Faces;

/// <summary>
/// Moves another person's landmarks onto a person's own face: the paper names the lack of it as the method's limit. What
/// is carried over is motion alone, relative to the driver's neutral shape: the head's tilt, size and place as they are,
/// and how each point leaves its neutral place, scaled from the driver's face to the person's, for eyes and mouth by
/// their own sizes. At the driver's neutral shape the result is the person's. Pupils stand where the driver's do within the
/// eyes' openings.
/// </summary>
public sealed class LandmarkTransfer
{
    /// <summary>A part of a face is at most so many times as large or small as another's; beyond, the landmarks are wrong.</summary>
    const double MostScale = 2.5;

    // What expressions hardly move: the jaw's upper ends, the nose, the corners of the eyes.
    internal static readonly int[] Steady = [0, 1, 2, 14, 15, 16, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 39, 42, 45];

    // First and last point of the parts with a scale of their own, and the point pairs that may touch and not cross:
    // upper lid and lower lid, upper lip and lower lip.
    internal static readonly (int First, int Last)[] Eyes = [(36, 41), (42, 47)];
    internal static readonly (int First, int Last) Mouth = (48, 67);
    internal static readonly (int Upper, int Lower)[] Pairs = [(37, 41), (38, 40), (43, 47), (44, 46), (61, 67), (62, 66), (63, 65)];

    readonly Similarity driverUpright, personUpright; // from pixels to a face of size 1 whose eyes are level
    readonly Point[] neutral, own; // both shapes there
    readonly Point[] scale = new Point[Landmarks.Count]; // of motion within the point's part
    readonly Point faceScale;

    /// <param name="driverNeutral">The driver's shape at rest (<see cref="LandmarkShape.Frontal"/>).</param>
    /// <param name="person">The person's own, likewise, in pixels of the frames to be drawn.</param>
    public LandmarkTransfer(Landmarks driverNeutral, Landmarks person)
    {
        (driverUpright, personUpright) = (Upright(driverNeutral), Upright(person));
        (neutral, own) = (Points(driverNeutral, driverUpright), Points(person, personUpright));
        faceScale = new(Ratio(face => Between(face, 0, 16)), Ratio(face => Between(face, 27, 8)));
        Array.Fill(scale, faceScale);
        foreach (var (first, last) in Eyes)
            Array.Fill(scale, new(Ratio(face => Between(face, first, first + 3)),
                Ratio(face => Between(face, first + 1, first + 5) + Between(face, first + 2, first + 4))), first, last - first + 1);
        Array.Fill(scale, new(Ratio(face => Between(face, 48, 54)), faceScale.Y), Mouth.First, Mouth.Last - Mouth.First + 1);
    }

    /// <summary>The person's landmarks for a frame of the driver.</summary>
    public Landmarks Apply(Landmarks driver)
    {
        // Upright, by what expressions leave in place: the rest is turn of the head and expression.
        var upright = Similarity.Fit(Values(driver), Values(neutral));
        var now = Points(driver, upright);
        var moved = new Point[Landmarks.Count];
        for (var i = 0; i < moved.Length; i++)
            moved[i] = own[i] + scale[i] * (now[i] - neutral[i]);
        foreach (var (first, last) in (ReadOnlySpan<(int, int)>)[.. Eyes, Mouth])
            CarryWhole(moved, now, first, last);
        foreach (var (upper, lower) in Pairs)
            HoldApart(moved, upper, lower);

        // Tilt, size and place of the driver, relative to its neutral ones.
        var back = personUpright.Inverse().After(driverUpright.After(upright.Inverse()));
        var values = new float[2 * Landmarks.Count];
        for (var i = 0; i < moved.Length; i++)
        {
            var (x, y) = back.Apply(moved[i].X, moved[i].Y);
            (values[2 * i], values[2 * i + 1]) = ((float)x, (float)y);
        }

        var result = new Landmarks(values);
        return driver.Pupils is not { } pupils ? result
            : new(values, Carried(pupils.Right, Eyes[0].First, driver, result), Carried(pupils.Left, Eyes[1].First, driver, result));
    }

    // Along the line between the eye's corners a pupil's place counts in widths of the eye, across it in heights of the opening at rest.
    Pupil Carried(Pupil pupil, int eye, Landmarks from, Landmarks to)
    {
        var (driver, person) = (EyeLine(from, eye), EyeLine(to, eye));
        var (along, across) = driver.Inverse().Apply(pupil.X, pupil.Y);
        var (x, y) = person.Apply(along, across * scale[eye].Y / scale[eye].X);
        return new((float)x, (float)y, (float)(pupil.Radius * person.Scale / driver.Scale));
    }

    // Carries (-1, 0) and (1, 0) onto the eye's corners.
    static Similarity EyeLine(Landmarks face, int eye)
    {
        var ((x, y), (u, v)) = (face[eye], face[eye + 3]);
        var (a, b) = ((u - x) / 2, (v - y) / 2);
        return new(a == 0 && b == 0 ? 1e-6 : a, b, (x + u) / 2, (y + v) / 2);
    }

    // A part as a whole moves as the face does; its own scale is for what moves within it.
    void CarryWhole(Point[] moved, Point[] now, int first, int last)
    {
        var whole = new Point(0, 0);
        for (var i = first; i <= last; i++)
            whole += now[i] - neutral[i];
        whole = new(whole.X / (last - first + 1), whole.Y / (last - first + 1));
        for (var i = first; i <= last; i++)
            moved[i] += faceScale * whole - scale[i] * whole;
    }

    // Lids and lips that would cross meet.
    static void HoldApart(Point[] points, int upper, int lower)
    {
        if (points[upper].Y <= points[lower].Y)
            return;
        var middle = (points[upper].Y + points[lower].Y) / 2;
        points[upper] = points[upper] with { Y = middle };
        points[lower] = points[lower] with { Y = middle };
    }

    double Ratio(Func<Point[], double> length) => Math.Clamp(length(own) / Math.Max(1e-6, length(neutral)), 1 / MostScale, MostScale);

    static double Between(Point[] face, int a, int b) => double.Hypot(face[a].X - face[b].X, face[a].Y - face[b].Y);

    // The eyes' outer corners level, the face of size 1, its middle at the origin.
    static Similarity Upright(Landmarks face)
    {
        var bounds = face.Bounds;
        var size = Math.Max(1e-3, Math.Sqrt(Math.Max(1e-6, bounds.Width * bounds.Height)));
        double x = face[45].X - face[36].X, y = face[45].Y - face[36].Y, length = Math.Max(1e-6, double.Hypot(x, y));
        var turned = new Similarity(x / length / size, -y / length / size, 0, 0);
        var (u, v) = turned.Apply(bounds.CentreX, bounds.CentreY);
        return turned with { X = -u, Y = -v };
    }

    static Point[] Points(Landmarks face, Similarity map)
    {
        var points = new Point[Landmarks.Count];
        for (var i = 0; i < points.Length; i++)
        {
            var (x, y) = map.Apply(face[i].X, face[i].Y);
            points[i] = new(x, y);
        }

        return points;
    }

    /// <summary>The steady points of a face, x and y in turn.</summary>
    internal static float[] Values(Landmarks face) => [.. Steady.SelectMany(i => new[] { face[i].X, face[i].Y })];

    static float[] Values(Point[] face) => [.. Steady.SelectMany(i => new[] { (float)face[i].X, (float)face[i].Y })];

    readonly record struct Point(double X, double Y)
    {
        public static Point operator +(Point a, Point b) => new(a.X + b.X, a.Y + b.Y);

        public static Point operator -(Point a, Point b) => new(a.X - b.X, a.Y - b.Y);

        public static Point operator *(Point a, Point b) => new(a.X * b.X, a.Y * b.Y);
    }
}

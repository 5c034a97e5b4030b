namespace TalkingHead.Faces;

/// <summary>MediaPipe's face mesh of one face: 468 points in a picture's pixels, with depth, and eyelids and irises.</summary>
/// <param name="Points">468 triples x, y, z in pixels; smaller z is nearer, 0 is about the head's middle.</param>
/// <param name="Right">The person's right eye: 76 triples, see <see cref="FaceNetworks.Eyes"/>.</param>
/// <param name="Left">The person's left eye.</param>
sealed record FaceMesh(float[] Points, float[] Right, float[] Left)
{
    /// <summary>Corners of the eyes: outer and inner of the right one, outer and inner of the left one.</summary>
    const int RightOuter = 33, RightInner = 133, LeftOuter = 263, LeftInner = 362;

    /// <summary>Sides of what the networks look at, in sizes of the face and of the eye: as they were trained.</summary>
    const double FaceMargin = 1.5, EyeMargin = 2.3;

    /// <summary>Which of the mesh's points stand for iBUG's 68.</summary>
    static readonly int[] Landmark =
    [
        162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389, // jaw
        71, 63, 105, 66, 107, 336, 296, 334, 293, 301, // brows
        168, 197, 5, 4, 75, 97, 2, 326, 305, // nose
        33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, // eyes, coarsely
        61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, // outer lips
        78, 82, 13, 312, 308, 317, 14, 87, // inner lips
    ];

    /// <summary>Which of an eye's points stand for iBUG's 36 to 41, and for 42 to 47 of the left eye.</summary>
    static readonly int[] RightLids = [0, 11, 13, 8, 5, 3], LeftLids = [8, 13, 11, 0, 3, 5];

    /// <summary>The 68 points and the pupils.</summary>
    public Landmarks ToLandmarks()
    {
        var points = Landmark.SelectMany(i => new[] { Points[3 * i], Points[3 * i + 1] }).ToArray();
        for (var i = 0; i < RightLids.Length; i++)
        {
            Right.AsSpan(3 * RightLids[i], 2).CopyTo(points.AsSpan(2 * (36 + i)));
            Left.AsSpan(3 * LeftLids[i], 2).CopyTo(points.AsSpan(2 * (42 + i)));
        }

        return new(points, ToPupil(Right), ToPupil(Left));
    }

    // The iris's radius is the mean distance of its edge's points.
    static Pupil ToPupil(float[] eye)
    {
        var iris = eye.AsSpan(3 * FaceNetworks.LidPoints);
        double radius = 0;
        for (var i = 3; i < iris.Length; i += 3)
            radius += double.Hypot(iris[i] - iris[0], iris[i + 1] - iris[1]) / (iris.Length / 3 - 1);
        return new(iris[0], iris[1], (float)radius);
    }

    /// <summary>The square in which the mesh network expects this face, upright.</summary>
    public FaceSquare Around()
    {
        var tilt = Math.Atan2(Points[3 * LeftOuter + 1] - Points[3 * RightOuter + 1], Points[3 * LeftOuter] - Points[3 * RightOuter]);
        return FaceSquare.Around(Points, 3, tilt, FaceMargin);
    }

    /// <summary>The squares in which the iris network expects the person's right and left eye.</summary>
    public (FaceSquare Right, FaceSquare Left) Eyes()
    {
        var tilt = Around().Tilt;
        return (Eye(RightOuter, RightInner, tilt), Eye(LeftOuter, LeftInner, tilt) with { Mirrored = true });
    }

    // Its width counts with depth: an eye that is seen from the side is no smaller.
    FaceSquare Eye(int outer, int inner, double tilt)
    {
        ReadOnlySpan<float> a = Points.AsSpan(3 * outer, 3), b = Points.AsSpan(3 * inner, 3);
        var width = Math.Sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
        return new((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, EyeMargin * width, tilt);
    }
}

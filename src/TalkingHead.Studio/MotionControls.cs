using TalkingHead.Faces;

namespace TalkingHead.Studio;

/// <summary>The page's sliders: what of the driver's motion reaches the head, and how much of it.</summary>
/// <param name="Motion">Of how far each point leaves its place at rest: 0 is a still head, 1 the driver's own motion.</param>
/// <param name="Smoothing">Strength of <see cref="LandmarkSmoothing"/>.</param>
/// <param name="Adaptation">0 is the driver's face shape, 1 the head's own.</param>
/// <param name="Mouth">Of the lips' motion within the mouth.</param>
/// <param name="Eyes">Of the lids' motion within the eyes.</param>
/// <param name="Gaze">Of the pupils' motion within the eyes.</param>
sealed record MotionControls(double Motion = 1, double Smoothing = 1, double Adaptation = 1, double Mouth = 1, double Eyes = 1,
    double Gaze = 1)
{
    /// <summary>Every value within what its slider gives; null where one is no number.</summary>
    public MotionControls? Bounded() => new[] { Motion, Smoothing, Adaptation, Mouth, Eyes, Gaze }.All(double.IsFinite)
        ? new(Math.Clamp(Motion, 0, 1.5), Math.Clamp(Smoothing, 0, 3), Math.Clamp(Adaptation, 0, 1), Math.Clamp(Mouth, 0, 2),
            Math.Clamp(Eyes, 0, 2), Math.Clamp(Gaze, 0, 2))
        : null;

    /// <summary>The landmarks to draw.</summary>
    /// <param name="now">The driver's, or the adapted ones.</param>
    /// <param name="rest">The same face at rest.</param>
    public Landmarks Apply(Landmarks now, Landmarks rest)
    {
        if (this is { Motion: 1, Mouth: 1, Eyes: 1, Gaze: 1 })
            return now;
        var moved = Motion == 1 ? now : Blend(rest, now, Motion);
        if (this is { Mouth: 1, Eyes: 1, Gaze: 1 })
            return moved;
        // Upright and in the place of the rest shape, where what is left is expression.
        var upright = Similarity.Fit(LandmarkTransfer.Values(moved), LandmarkTransfer.Values(rest));
        var face = moved.Map(upright).ValuesWithPupils.ToArray();
        var own = rest.ValuesWithPupils;
        foreach (var (first, last) in LandmarkTransfer.Eyes)
            Scale(face, own, first, last, Eyes);
        Scale(face, own, LandmarkTransfer.Mouth.First, LandmarkTransfer.Mouth.Last, Mouth);
        foreach (var (upper, lower) in LandmarkTransfer.Pairs)
            HoldApart(face, upper, lower);
        if (face.Length > 2 * Landmarks.Count && own.Length == face.Length)
        {
            Look(face, own, 68, LandmarkTransfer.Eyes[0]);
            Look(face, own, 69, LandmarkTransfer.Eyes[1]);
        }
        return new Landmarks(face).Map(upright.Inverse());
    }

    /// <summary>A part of the way from one face to another, or beyond it.</summary>
    public static Landmarks Blend(Landmarks from, Landmarks to, double amount)
    {
        var both = from.Pupils is not null && to.Pupils is not null;
        var a = both ? from.ValuesWithPupils : from.Values;
        var b = both ? to.ValuesWithPupils : to.Values;
        var mixed = new float[a.Length];
        for (var i = 0; i < mixed.Length; i++)
            mixed[i] = (float)(a[i] + amount * (b[i] - a[i]));
        return new(mixed);
    }

    // How a part as a whole has moved stays; what is scaled is how its points move within it.
    static void Scale(float[] face, ReadOnlySpan<float> rest, int first, int last, double amount)
    {
        for (var axis = 0; axis < 2; axis++)
        {
            double mean = 0;
            for (var i = first; i <= last; i++)
                mean += (face[2 * i + axis] - rest[2 * i + axis]) / (double)(last - first + 1);
            for (var i = first; i <= last; i++)
            {
                var at = 2 * i + axis;
                face[at] = (float)(rest[at] + mean + amount * (face[at] - rest[at] - mean));
            }
        }
    }

    // Lids and lips that would cross meet.
    static void HoldApart(float[] face, int upper, int lower)
    {
        if (face[2 * upper + 1] > face[2 * lower + 1])
            face[2 * upper + 1] = face[2 * lower + 1] = (face[2 * upper + 1] + face[2 * lower + 1]) / 2;
    }

    // A pupil counts from its place at rest, relative to the eye's corners, and stays between them.
    void Look(float[] face, ReadOnlySpan<float> rest, int pupil, (int First, int Last) eye)
    {
        int right = 2 * eye.First, left = 2 * (eye.First + 3);
        for (var axis = 0; axis < 2; axis++)
        {
            var at = 2 * pupil + axis;
            var middle = (face[right + axis] + face[left + axis]) / 2.0;
            var atRest = rest[at] - (rest[right + axis] + rest[left + axis]) / 2.0;
            var width = Math.Abs(face[left] - face[right]);
            face[at] = (float)(middle + Math.Clamp(atRest + Gaze * (face[at] - middle - atRest), -0.4 * width, 0.4 * width));
        }
    }
}

namespace TalkingHead.Faces;

/// <summary>Landmarks of a picture that is flipped left to right: mirrored, and named anew, as the right eye becomes the left one.</summary>
public static class LandmarkMirror
{
    // Runs of points that change places with another run read backwards, or with themselves.
    static readonly (int First, int Last, int With)[] Runs =
    [
        (0, 16, 16), (17, 26, 26), (27, 27, 27), (28, 28, 28), (29, 29, 29), (30, 30, 30), (31, 35, 35),
        (36, 39, 45), (40, 41, 47), (42, 45, 39), (46, 47, 41), (48, 54, 54), (55, 59, 59), (60, 64, 64), (65, 67, 67),
    ];

    /// <summary>Which point each point becomes.</summary>
    internal static readonly int[] Partner = Partners();

    /// <summary>The landmarks in the flipped picture of that width.</summary>
    public static Landmarks Mirror(this Landmarks landmarks, int width)
    {
        Span<float> mirrored = stackalloc float[2 * Landmarks.Count];
        for (var i = 0; i < Landmarks.Count; i++)
            (mirrored[2 * Partner[i]], mirrored[2 * Partner[i] + 1]) = (width - 1 - landmarks[i].X, landmarks[i].Y);
        return new(mirrored);
    }

    static int[] Partners()
    {
        var partners = new int[Landmarks.Count];
        foreach (var (first, last, with) in Runs)
        {
            for (var i = first; i <= last; i++)
                partners[i] = with - (i - first);
        }

        return partners;
    }
}

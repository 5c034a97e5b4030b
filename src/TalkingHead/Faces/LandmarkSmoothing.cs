namespace TalkingHead.Faces;

/// <summary>
/// Takes the tremble out of tracked landmarks with a One-Euro filter (Casiez et al. 2012): points at rest are averaged
/// over time, moving ones are followed at once. What counts is how far a whole group of points (an eye, the lips) has
/// moved, as its points move together while their tremble does not; so a blink stays a blink. Lengths are in face sizes:
/// the strength means the same for near and far faces.
/// </summary>
public sealed class LandmarkSmoothing
{
    /// <summary>Cutoff at rest for strength 1, in hertz.</summary>
    const double RestCutoff = 0.9;

    /// <summary>How far tremble alone carries a group from its smoothed place, in face sizes.</summary>
    const double Tremble = 0.009;

    /// <summary>How soon a group that moved farther is followed: at 1 / Response face sizes beyond, half the way in a frame.</summary>
    const double Response = 350;

    // First and last pair of what moves as one: jaw, brows, nose, eyes, lips, pupils, the pupils' radii.
    static readonly (int First, int Last)[] Groups =
        [(0, 16), (17, 21), (22, 26), (27, 35), (36, 41), (42, 47), (48, 67), (68, 69), (70, 70)];

    readonly double strength, seconds;
    double[] value = []; // of the last frame; empty before the first
    double before; // time of the last frame

    /// <param name="rate">Frames a second.</param>
    /// <param name="strength">0 changes nothing, 1 is the default, 2 averages twice as long.</param>
    public LandmarkSmoothing(double rate, double strength = 1)
    {
        if (!(rate > 0) || !(strength >= 0))
            throw new ArgumentException($"Smoothing needs a rate above 0 and a strength of 0 or more, got {rate} and {strength}.");
        (this.strength, seconds) = (strength, 1 / rate);
    }

    /// <summary>Forgets the past, as after a cut.</summary>
    public void Reset() => value = [];

    /// <summary>The smoothed landmarks of the next frame, at the rate; they depend on this and earlier frames alone.</summary>
    public Landmarks Next(Landmarks landmarks) => NextAt(before + seconds, landmarks);

    /// <summary>As <see cref="Next(Landmarks)"/>, of a frame that has a time of its own.</summary>
    /// <param name="time">When it is shown, in seconds; ascending.</param>
    /// <param name="landmarks">Of the frame.</param>
    public Landmarks NextAt(double time, Landmarks landmarks)
    {
        var elapsed = time - before;
        before = time;
        if (strength == 0)
            return landmarks;
        var raw = landmarks.ValuesWithPupils;
        if (value.Length != raw.Length)
        {
            value = new double[raw.Length];
            for (var i = 0; i < value.Length; i++)
                value[i] = raw[i];
            return landmarks;
        }

        var bounds = landmarks.Bounds;
        var size = Math.Max(1, Math.Max(bounds.Width, bounds.Height));
        foreach (var (first, last) in Groups)
        {
            if (2 * last >= raw.Length) // no pupils
                break;
            double squares = 0;
            for (var i = 2 * first; i <= 2 * last + 1; i++)
                squares += (raw[i] - value[i]) * (raw[i] - value[i]);
            var moved = Math.Sqrt(squares / (last - first + 1)) / size;

            // A first-order low-pass filter of that cutoff goes r / (r + 1) of the way in one frame.
            var r = 2 * Math.PI * RestCutoff / strength * elapsed + Response * Math.Max(0, moved - Tremble * strength);
            var blend = r / (r + 1);
            for (var i = 2 * first; i <= 2 * last + 1; i++)
                value[i] += blend * (raw[i] - value[i]);
        }

        var smooth = new float[value.Length];
        for (var i = 0; i < smooth.Length; i++)
            smooth[i] = (float)value[i];
        return new(smooth);
    }
}

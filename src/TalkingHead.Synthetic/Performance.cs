using static TalkingHead.Synthetic.Curves;

namespace TalkingHead.Synthetic;

/// <summary>
/// What a person does in one clip, as a function of time: talks in syllables, nods, turns, looks about, blinks; and how
/// light and camera stand.
/// </summary>
sealed class Performance
{
    const float YawLimit = MathF.PI / 3, PitchLimit = MathF.PI / 6, RollLimit = MathF.PI / 9;

    readonly ulong key;
    readonly SmoothNoise yaw, pitch, roll, talk, open, round, wide, smile, crooked, brows, worry, cheeks, drift, zoom;
    readonly float yawCentre, yawReach, pitchCentre, pitchReach, rollReach, syllablesPerSecond, mood, loudness;
    readonly float keyTurn, keyUp, distance, frameHeight, shiftX, shiftY, rimSide;
    readonly Vec3 keyColour, sky, ground, rim;

    public Performance(ulong seed, int identity, int clip, Vec3 surroundings)
    {
        key = new SeededRandom(seed, (ulong)identity, (ulong)clip, 100).NextBits();
        var r = new SeededRandom(key, 1);
        yaw = new(r, 0.9f);
        pitch = new(r, 0.8f);
        roll = new(r, 1.1f);
        talk = new(r, 1.2f);
        open = new(r, 0.3f);
        round = new(r, 0.35f);
        wide = new(r, 0.4f);
        smile = new(r, 1.4f);
        crooked = new(r, 1.5f);
        brows = new(r, 0.8f);
        worry = new(r, 1.3f);
        cheeks = new(r, 1);
        drift = new(r, 2.5f);
        zoom = new(r, 3);

        yawReach = r.Between(0.3f, 1.15f);
        yawCentre = r.Between(-0.35f, 0.35f);
        pitchReach = r.Between(0.12f, 0.5f);
        pitchCentre = r.Between(-0.1f, 0.1f);
        rollReach = r.Between(0.08f, 0.35f);
        syllablesPerSecond = r.Between(3.2f, 4.8f);
        mood = r.Between(-0.3f, 0.95f);
        loudness = r.Between(0.5f, 1);

        keyTurn = r.Between(-1.1f, 1.1f);
        keyUp = r.Between(0.15f, 0.95f);
        var warmth = r.Between(-0.14f, 0.16f);
        var strength = r.Between(0.8f, 1.08f);
        keyColour = new Vec3(0.98f + warmth, 0.95f, 0.91f - warmth) * strength;
        var tint = Vec3.Lerp(Vec3.One * 0.5f, surroundings, 0.55f);
        var fill = r.Between(0.42f, 0.7f);
        sky = Vec3.Lerp(Vec3.One * 0.52f, tint, 0.5f) * new Vec3(0.96f, 1, 1.08f) * (fill * 1.25f);
        ground = tint * new Vec3(1.08f, 0.98f, 0.9f) * (fill * 0.65f);
        rim = Vec3.Lerp(new(0.6f, 0.65f, 0.75f), new(0.9f, 0.7f, 0.5f), r.Next()) * r.Between(0.3f, 1.1f);
        rimSide = keyTurn > 0 ? -1 : 1;
        distance = r.Between(62, 125);
        frameHeight = r.Between(32.5f, 36.5f);
        shiftX = r.Between(-1, 1);
        shiftY = r.Between(-1, 0.8f);
    }

    public Moment At(float seconds)
    {
        var moment = new Moment
        {
            Yaw = Math.Clamp(yawCentre + yawReach * yaw.At(seconds), -YawLimit, YawLimit),
            Pitch = Math.Clamp(pitchCentre + pitchReach * pitch.At(seconds), -PitchLimit, PitchLimit),
            Roll = Math.Clamp(rollReach * roll.At(seconds), -RollLimit, RollLimit),
            Shoulders = 0.12f * drift.At(seconds + 40),
        };
        Speak(moment, seconds);
        Feel(moment, seconds);
        Look(moment, seconds);
        var turn = keyTurn + 0.15f * drift.At(seconds);
        moment.Lighting = new(
            new(MathF.Sin(turn) * MathF.Cos(keyUp), MathF.Sin(keyUp), MathF.Cos(turn) * MathF.Cos(keyUp)), keyColour, sky, ground,
            rim, rimSide);
        moment.Camera = new(
            distance, frameHeight * (1 + 0.03f * zoom.At(seconds)), shiftX + 0.5f * zoom.At(seconds + 60) + 2.2f * MathF.Sin(moment.Yaw),
            -2.2f + shiftY + 0.4f * zoom.At(seconds + 90));
        return moment;
    }

    void Speak(Moment moment, float seconds)
    {
        var talking = Smooth(-0.45f, -0.1f, talk.At(seconds));
        var beat = MathF.Sin(MathF.PI * seconds * syllablesPerSecond + 1.5f * open.At(seconds + 30));
        var opening = loudness * (0.3f + 0.7f * Square(beat)) * (0.5f + 0.5f * open.At(seconds));
        moment[Muscle.Jaw] = Clamp01(talking * opening * 1.15f);
        moment[Muscle.Pucker] = talking * Smooth(0.1f, 0.7f, round.At(seconds)) * 0.95f;
        moment[Muscle.LipsApart] = talking * Smooth(0, 0.8f, wide.At(seconds)) * 0.8f;
        moment.Pitch = Math.Clamp(moment.Pitch - talking * 0.05f * opening, -PitchLimit, PitchLimit);
    }

    void Feel(Moment moment, float seconds)
    {
        var happy = Math.Clamp(mood + 0.8f * smile.At(seconds), -1, 1);
        var up = MathF.Max(0, happy) * (1 - 0.6f * moment[Muscle.Pucker]);
        var lean = 0.3f * crooked.At(seconds);
        moment[Muscle.SmileLeft] = Clamp01(up * (1 + lean));
        moment[Muscle.SmileRight] = Clamp01(up * (1 - lean));
        moment[Muscle.Frown] = 0.8f * MathF.Max(0, -happy);
        moment[Muscle.LipsApart] = Clamp01(moment[Muscle.LipsApart] + Smooth(0.45f, 0.95f, up) * 0.8f);
        moment[Muscle.CheekRaise] = Clamp01(0.7f * up * up + 0.25f * MathF.Max(0, cheeks.At(seconds)));
        var raised = brows.At(seconds);
        moment[Muscle.BrowUpLeft] = Smooth(0.1f, 0.8f, raised + 0.2f * crooked.At(seconds + 20));
        moment[Muscle.BrowUpRight] = Smooth(0.1f, 0.8f, raised - 0.2f * crooked.At(seconds + 20));
        moment[Muscle.BrowDown] = Smooth(-0.15f, -0.8f, raised) * (1 - 0.5f * up);
        moment[Muscle.BrowWorry] = 0.8f * Smooth(0.25f, 0.85f, worry.At(seconds)) * (1 - up);
        moment[Muscle.Sneer] = 0.5f * Smooth(0.4f, 0.9f, worry.At(seconds + 50));
    }

    // Eyes jump and rest; they lead the head a little and hold the camera more often than not.
    void Look(Moment moment, float seconds)
    {
        const float rest = 0.85f, jump = 0.09f;
        var slot = MathF.Floor(seconds / rest);
        var into = seconds - slot * rest;
        var (fromX, fromY) = Target((long)slot - 1);
        var (toX, toY) = Target((long)slot);
        var share = Smooth(0, jump, into);
        moment.GazeX = Math.Clamp(Lerp(fromX, toX, share) - 0.75f * moment.Yaw, -1, 1);
        moment.GazeY = Math.Clamp(Lerp(fromY, toY, share) - 0.5f * moment.Pitch, -1, 1);
        moment.BlinkLeft = moment.BlinkRight = Blink(seconds);
    }

    (float X, float Y) Target(long slot)
    {
        var r = new SeededRandom(key, 2, (ulong)slot);
        return r.Chance(0.45f) ? (0, 0) : (r.Between(-0.8f, 0.8f), r.Between(-0.5f, 0.5f));
    }

    // One blink in each stretch of 2.4 seconds, at a time of its own: 80 ms down, 60 closed, 140 up.
    float Blink(float seconds)
    {
        const float stretch = 2.4f;
        var slot = MathF.Floor(seconds / stretch);
        var closed = 0f;
        for (var k = slot - 1; k <= slot; k++)
        {
            var since = seconds - (k + new SeededRandom(key, 3, (ulong)(long)k).Next() * 0.85f) * stretch;
            closed = MathF.Max(closed, Smooth(0, 0.08f, since) * Smooth(0.28f, 0.14f, since));
        }
        return closed;
    }
}

/// <summary>Where the picture is taken from: the height of the frame at the head (cm), its distance, its shift (cm).</summary>
readonly record struct Camera(float Distance, float FrameHeight, float ShiftX, float ShiftY)
{
    public static readonly Camera Straight = new(95, 35, 0, -2.2f);

    /// <summary>Where a point is seen, in samples from the picture's top left, and one over its distance.</summary>
    public (float X, float Y, float Near) Project(Vec3 p, int side)
    {
        var focal = Focal(side);
        var near = 1 / MathF.Max(5, Distance - p.Z);
        return (0.5f * side + focal * (p.X - ShiftX) * near, 0.5f * side - focal * (p.Y - ShiftY) * near, near);
    }

    /// <summary>Samples for a centimetre at a distance of one centimetre.</summary>
    public float Focal(int side) => side * Distance / FrameHeight;
}

/// <summary>Light: where the key comes from (unit vector towards it), its colour, what fills the shadows, what edges the outline.</summary>
readonly record struct Lighting(Vec3 Towards, Vec3 Key, Vec3 Sky, Vec3 Ground, Vec3 Rim, float RimSide)
{
    public static readonly Lighting Studio = new(
        new Vec3(-0.45f, 0.55f, 0.75f).Normalised(), new(0.98f, 0.93f, 0.86f), new(0.33f, 0.35f, 0.4f), new(0.2f, 0.17f, 0.155f),
        new(0.6f, 0.65f, 0.75f), 1);
}

/// <summary>
/// One instant of a performance. Angles in radians: yaw above 0 turns to the picture's right, pitch above 0 looks up, roll
/// above 0 leans to the picture's left.
/// </summary>
sealed record Moment
{
    public float Yaw, Pitch, Roll, Shoulders;
    public float BlinkLeft, BlinkRight, GazeX, GazeY;
    public readonly float[] Muscles = new float[Expression.Count];
    public Camera Camera = Camera.Straight;
    public Lighting Lighting = Lighting.Studio;

    public float this[Muscle muscle]
    {
        get => Muscles[(int)muscle];
        set => Muscles[(int)muscle] = value;
    }
}

/// <summary>A smooth random curve in -1..1 over time: a cubic through random knots, the same at any moment asked in any order.</summary>
sealed class SmoothNoise(SeededRandom random, float secondsPerKnot)
{
    readonly ulong key = random.NextBits();
    readonly float phase = random.Next();

    public float At(float seconds)
    {
        var x = seconds / secondsPerKnot + phase;
        var floor = MathF.Floor(x);
        var t = x - floor;
        var k = (long)floor;
        float a = Knot(k - 1), b = Knot(k), c = Knot(k + 1), d = Knot(k + 2);
        // Uniform B-spline: no overshoot, continuous to the second derivative, so motion has no jerks.
        float t2 = t * t, t3 = t2 * t;
        var value = (a * (1 - 3 * t + 3 * t2 - t3) + b * (4 - 6 * t2 + 3 * t3) + c * (1 + 3 * t + 3 * t2 - 3 * t3) + d * t3) / 6;
        return Math.Clamp(1.45f * value, -1, 1);
    }

    float Knot(long k) => 2 * new SeededRandom(key, (ulong)k).Next() - 1;
}

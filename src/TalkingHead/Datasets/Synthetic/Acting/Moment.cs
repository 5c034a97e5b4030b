namespace TalkingHead.Datasets.Synthetic;

/// <summary>Where the picture is taken from: the height of the frame at the head (cm), its distance, its shift (cm).</summary>
readonly record struct Camera(float Distance, float FrameHeight, float ShiftX, float ShiftY)
{
    public static readonly Camera Straight = new(95, 35, 0, -2.2f);
}

/// <summary>Light: where the key comes from (unit vector towards it), its colour, what fills the shadows, what edges the outline.</summary>
readonly record struct Lighting(Vec3 Towards, Vec3 Key, Vec3 Sky, Vec3 Ground, Vec3 Rim, float RimSide)
{
    public static readonly Lighting Studio = new(
        new Vec3(-0.45f, 0.55f, 0.75f).Normalised(), new(0.98f, 0.93f, 0.86f), new(0.33f, 0.35f, 0.4f), new(0.2f, 0.17f, 0.155f), new(0.6f, 0.65f, 0.75f), 1);
}

/// <summary>One instant of a performance. Angles in radians: yaw above 0 turns to the picture's right, pitch above 0 looks up, roll above 0 leans to the picture's left.</summary>
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

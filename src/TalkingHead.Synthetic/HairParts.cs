using static TalkingHead.Synthetic.Curves;

namespace TalkingHead.Synthetic;

/// <summary>
/// Hair as volumes: sheets of locks that start at a parting (or at the knot of a bun), follow the skull to the hairline
/// and, where they are long, hang from there.
/// </summary>
sealed class HairParts
{
    readonly Traits traits;
    readonly HairTraits hair;
    readonly FaceSurface surface;
    readonly Mesh mesh;
    readonly LockNoise noise;

    public HairParts(Traits traits, FaceSurface surface, Mesh mesh)
    {
        (this.traits, hair, this.surface, this.mesh) = (traits, traits.Hair, surface, mesh);
        noise = new(hair.Seed);
    }

    public void AddAll()
    {
        var v = hair.Volume;
        switch (hair.Style)
        {
            case HairStyle.Bald or HairStyle.Buzz: break;
            case HairStyle.Short:
                Sheet(new()
                {
                    Start = _ => Crown,
                    End = Fringe(6.5f * hair.Length),
                    Thickness = (turn, t) => Rise(t) * (0.5f + 0.95f * v * Front(turn) * (1 - 0.25f * t)),
                });
                break;
            case HairStyle.SidePart:
                Sheet(new()
                {
                    Start = Part(2.6f * MathF.Sign(hair.PartSide)),
                    End = Uneven,
                    Thickness = (turn, t) => Rise(t) * (0.45f
                        + 1.15f * v * Front(turn) * (0.5f + MathF.Sin(MathF.PI * MathF.Min(1, 1.1f * t)))),
                    Clump = 0.3f,
                });
                break;
            case HairStyle.Quiff:
                Sheet(new()
                {
                    Start = _ => HairLine.Direction(180, 35),
                    Backwards = true,
                    Thickness = (turn, t) => Rise(t) * (0.4f + 2.5f * v * Smooth(75, 30, MathF.Abs(turn)) * Smooth(0.2f, 0.85f, t)),
                    Clump = 0.4f,
                });
                break;
            case HairStyle.Receding:
                Sheet(new()
                {
                    Start = turn => HairLine.Direction(turn, 50),
                    Thickness = (turn, t) => Smooth(0, 0.2f, t) * Rise(t) * 0.75f * v - 0.3f * Smooth(0.15f, 0, t)
                    - 2.5f * Smooth(66, 56, MathF.Abs(turn)),
                    Clump = 0.15f,
                    Sinks = true,
                });
                break;
            case HairStyle.Bob: Curtain(9.5f * hair.Length, 2.3f * hair.PartSide, fringe: false, flare: 0.9f, wave: 0); break;
            case HairStyle.FringeBob: Curtain(9f * hair.Length, 0, fringe: true, flare: 0.5f, wave: 0); break;
            case HairStyle.Long: Curtain(21 * hair.Length, 2.2f * hair.PartSide, fringe: false, flare: 0.7f, wave: 0.15f); break;
            case HairStyle.LongFringe: Curtain(20 * hair.Length, 0, fringe: true, flare: 0.7f, wave: 0.1f); break;
            case HairStyle.Wavy: Curtain(16 * hair.Length, 2.6f * hair.PartSide, fringe: false, flare: 2.2f, wave: 0.75f); break;
            case HairStyle.Bun:
                SweptBack(HairLine.Direction(180, hair.PartSide > 0 ? 62 : 18));
                Knot(HairLine.Direction(180, hair.PartSide > 0 ? 68 : 18), 3.1f * v);
                break;
            case HairStyle.Ponytail:
                SweptBack(HairLine.Direction(180, 42));
                Tail(HairLine.Direction(180, 42));
                break;
            case HairStyle.Curly:
                Sheet(new()
                {
                    Start = _ => Crown,
                    End = Fringe(4),
                    Thickness = (turn, t) => Rise(t) * (0.3f + 1.1f * v * Front(turn)),
                    Hang = turn => 3.5f * hair.Length * Smooth(80, 110, MathF.Abs(turn)),
                    CurlHeight = 9,
                    Clump = 0,
                });
                break;
            case HairStyle.Afro:
                Sheet(new()
                {
                    Start = _ => Crown,
                    Thickness = (turn, t) => Rise(t) * (2.7f * v + 0.8f * Front(turn)),
                    Hang = turn => 1.5f * Smooth(70, 90, MathF.Abs(turn)),
                    CurlHeight = 6,
                    CurlSize = 0.085f,
                    Clump = 0,
                });
                break;
            case HairStyle.Mohawk:
                Sheet(new()
                {
                    Start = _ => HairLine.Direction(180, 30),
                    Backwards = true,
                    Thickness = (turn, t) => Rise(t) * (0.3f
                        + 3.6f * v * Smooth(52, 26, MathF.Abs(turn)) * (0.45f + 0.55f * MathF.Sin(MathF.PI * t))),
                    Clump = 0.5f,
                });
                break;
            case HairStyle.Beanie: new HeadwearParts(traits, surface, mesh, noise).AddBeanie(); break;
            case HairStyle.Headscarf: new HeadwearParts(traits, surface, mesh, noise).AddHeadscarf(); break;
        }
    }

    static Vec3 Crown => HairLine.Direction(180, 66);

    // Full over the forehead and the top, close at the temples.
    static float Front(float turn) => 0.35f + 0.65f * MathF.Max(Smooth(75, 40, MathF.Abs(turn)), 0.6f * Smooth(115, 150, MathF.Abs(turn)));

    static float Rise(float t) => MathF.Min(1, 0.3f + 0.9f * Smooth(1.0f, 0.82f, t));

    // Tufts over the forehead, of uneven length, longest at the parting's side.
    Func<float, Vec3> Fringe(float degrees) => turn =>
    {
        var share = Smooth(50, 30, MathF.Abs(turn));
        var tuft = 1 + 0.55f * noise.At(turn * 0.11f) + 0.4f * noise.At(turn * 0.37f + 90)
            + 0.5f * hair.PartSide * MathF.Sin(turn * 0.045f);
        return HairLine.Direction(turn, HairLine.Elevation(turn) - degrees * share * tuft
            - 2.5f * (1 - share) * noise.At(turn * 0.2f + 40));
    };

    Vec3 Uneven(float turn) => HairLine.Direction(turn, HairLine.Elevation(turn)
        + 1.6f * noise.At(turn * 0.16f + 10) * Smooth(60, 45, MathF.Abs(turn)));

    // Columns over the face start at the parting's front end, those behind at the crown.
    static Func<float, Vec3> Part(float side) => turn =>
    {
        var back = Smooth(35, 150, MathF.Abs(turn));
        var front = new Vec3(side, 8.2f, 7.0f).Normalised();
        var top = new Vec3(side, 11.5f, 1.0f).Normalised();
        return back < 0.5f ? Vec3.Lerp(front, top, back * 2).Normalised() : Vec3.Lerp(top, Crown, back * 2 - 1).Normalised();
    };

    void Curtain(float length, float part, bool fringe, float flare, float wave)
    {
        var v = hair.Volume;
        Sheet(new()
        {
            Start = fringe ? _ => HairLine.Direction(180, 72) : Part(part),
            End = turn =>
            {
                var a = MathF.Abs(turn);
                var up = HairLine.Elevation(turn);
                if (fringe) up -= 21 * Smooth(52, 40, a) + (1.2f * noise.At(turn * 0.35f)) * Smooth(52, 40, a);
                // Behind the temples hair leaves the skull above the ear and hangs.
                return HairLine.Direction(turn, MathF.Max(up, Lerp(up, 4, Smooth(52, 64, a))));
            },
            Thickness = (turn, t) =>
            {
                var a = MathF.Abs(turn);
                var body = 0.55f + 1.1f * v * MathF.Sin(MathF.PI * MathF.Min(0.72f, t * 0.9f));
                var edge = fringe ? 0.75f : 1;
                // The curtain's edge lies on the temple.
                body *= Lerp(1, 0.45f, Bell(a - 58, 11) * t);
                return body * (a < 50 ? edge * Lerp(1, 0.45f, Smooth(0.75f, 1, t)) : 1) * Lerp(0.55f, 1, Smooth(0, 0.2f, t));
            },
            Hang = turn => length * Smooth(fringe ? 50 : 53, 68, MathF.Abs(turn)) * (0.9f + 0.1f * Smooth(70, 120, MathF.Abs(turn))),
            Flare = flare,
            Wave = wave,
            Clump = 0.32f,
        });
    }

    void SweptBack(Vec3 knot) => Sheet(new()
    {
        Start = _ => knot,
        Backwards = true,
        Thickness = (_, t) => Rise(t) * (0.45f + 0.5f * hair.Volume * MathF.Sin(MathF.PI * t)),
        Clump = 0.12f,
    });

    void Sheet(HairPlan plan) => HairSheet.Add(hair, surface, mesh, noise, plan);

    void Knot(Vec3 direction, float radius)
    {
        var at = surface.Towards(direction) + direction * (radius * 0.62f);
        var axis = direction;
        var side = new Vec3(1, 0, 0);
        var up = Vec3.Cross(axis, side);
        mesh.Sheet(30, 13, true, Material.Hair, (column, row) =>
        {
            float angle = MathF.PI * row / 12, turn = 2 * MathF.PI * column / 30;
            var d = axis * MathF.Cos(angle) + (side * MathF.Cos(turn) + up * MathF.Sin(turn)) * MathF.Sin(angle);
            var swirl = 1 + 0.06f * MathF.Sin(turn * 3 + angle * 4);
            var along = (side * -MathF.Sin(turn) + up * MathF.Cos(turn) + axis * 0.5f).Normalised();
            return new(at + d * (radius * swirl), Vec3.Zero, hair.Colour * (1 + 0.1f * noise.At(row)))
            {
                Extra = along,
                U = row * 1.1f + column * 0.2f, V = 0.5f
            };
        });
    }

    void Tail(Vec3 direction)
    {
        var root = surface.Towards(direction);
        Tubes.Add(mesh, 14, false, i =>
        {
            var t = i / 13f;
            return root + new Vec3(1.5f * hair.PartSide * t,
                2.4f * MathF.Sin(MathF.Min(1, 3 * t) * MathF.PI * 0.6f) - 17 * hair.Length * t * t,
                -1.2f - 4.2f * MathF.Sin(t * MathF.PI * 0.6f));
        }, i => 0.9f + 1.7f * MathF.Sin(MathF.PI * MathF.Min(1, 0.12f + i / 15f)), 14, Material.Hair, hair.Colour, 0.8f);
    }
}

/// <summary>How a style lays its sheet of locks. Turns are degrees from the front, lengths centimetres.</summary>
sealed class HairPlan
{
    /// <summary>Where the lock at a turn begins: a direction from the middle of the head.</summary>
    public required Func<float, Vec3> Start { get; init; }

    /// <summary>Where it leaves the skull.</summary>
    public Func<float, Vec3> End { get; init; } = turn => HairLine.Direction(turn, HairLine.Elevation(turn));

    /// <summary>Turn and share of the way from start to end → height over the skull.</summary>
    public required Func<float, float, float> Thickness { get; init; }

    /// <summary>How far it hangs from its end.</summary>
    public Func<float, float> Hang { get; init; } = _ => 0;

    /// <summary>Hanging hair swings out by so much, in waves of so much.</summary>
    public float Flare { get; init; }

    public float Wave { get; init; }

    /// <summary>Height of curls for one of radius 1, and their radius.</summary>
    public float CurlHeight { get; init; }

    public float CurlSize { get; init; } = 0.14f;

    /// <summary>How far locks stand out from each other, and how unequal (a share) they are in length.</summary>
    public float Clump { get; init; } = 0.25f;

    public float Ragged { get; init; } = 0.12f;

    /// <summary>Combed from the hairline to <see cref="Start"/>: the tips are there.</summary>
    public bool Backwards { get; init; }

    /// <summary>Where the thickness is below 0 the sheet lies under the skin.</summary>
    public bool Sinks { get; init; }

    public Material Material { get; init; } = Material.Hair;
}

/// <summary>Where hair begins on the head, as an elevation seen from its middle for every turn from the front.</summary>
static class HairLine
{
    // Degrees from the front, degrees up; the sideburn before the ear, over it, and down to the nape.
    static readonly (float Turn, float Up)[] Edge =
    [
        (0, 44), (20, 44.5f), (36, 41), (48, 33), (58, 25), (66, 14), (72, 0), (78, -6), (84, 6), (96, 9), (110, -6), (130, -24),
            (150, -31), (180, -34),
    ];

    public static float Elevation(float turnDegrees)
    {
        var turn = MathF.Abs(turnDegrees);
        for (var i = 1; i < Edge.Length; i++)
            if (turn <= Edge[i].Turn)
                return Curves.Lerp(Edge[i - 1].Up, Edge[i].Up, (turn - Edge[i - 1].Turn) / (Edge[i].Turn - Edge[i - 1].Turn));
        return Edge[^1].Up;
    }

    public static Vec3 Direction(float turnDegrees, float upDegrees)
    {
        float turn = turnDegrees * MathF.PI / 180, up = upDegrees * MathF.PI / 180;
        return new(MathF.Sin(turn) * MathF.Cos(up), MathF.Sin(up), MathF.Cos(turn) * MathF.Cos(up));
    }

    /// <summary>1 where hair grows, 0 on the face, with a soft edge.</summary>
    public static float Covered(Vec3 direction, bool receding)
    {
        var turn = MathF.Atan2(direction.X, direction.Z) * 180 / MathF.PI;
        var up = MathF.Asin(Math.Clamp(direction.Y, -1, 1)) * 180 / MathF.PI;
        var covered = Curves.Smooth(-2, 4, up - Elevation(turn));
        return receding ? covered * Curves.Smooth(58, 46, up) * Curves.Smooth(50, 66, MathF.Abs(turn)) : covered;
    }
}

/// <summary>Curls: round bumps spread evenly over the head, each of its own size (an angle in radians, near enough).</summary>
sealed class Curls
{
    readonly List<(Vec3 At, float Radius)> bumps = [];

    public Curls(ulong seed, float size)
    {
        var random = new SeededRandom(seed, 7);
        var count = (int)(13 / (size * size));
        for (var i = 0; i < count; i++)
        {
            // A spiral down the sphere, shaken.
            var up = 1 - 1.75f * (i + random.Next()) / count;
            var turn = i * 2.3999632f + 0.35f * random.Normal();
            var across = MathF.Sqrt(MathF.Max(0, 1 - up * up));
            bumps.Add((new(across * MathF.Sin(turn), up, across * MathF.Cos(turn)), size * random.Between(0.85f, 1.3f)));
        }
    }

    /// <summary>How high the curl in that direction stands, 0 between curls.</summary>
    public float At(Vec3 direction)
    {
        var highest = 0f;
        foreach (var (at, radius) in bumps)
        {
            var square = Square((direction - at).Length / radius);
            if (square < 1) highest = MathF.Max(highest, radius * MathF.Sqrt(1 - square));
        }
        return highest;
    }
}

/// <summary>A person's own smooth noise in -1..1 along a line: which lock is longer, thicker, lighter.</summary>
sealed class LockNoise
{
    readonly float[] values = new float[256];

    public LockNoise(ulong seed)
    {
        var random = new SeededRandom(seed);
        for (var i = 0; i < values.Length; i++) values[i] = 2 * random.Next() - 1;
    }

    public float At(float x)
    {
        var i = (int)MathF.Floor(x);
        return Lerp(values[i & 255], values[(i + 1) & 255], Smooth(0, 1, x - i));
    }
}

using static TalkingHead.Datasets.Synthetic.Curves;

namespace TalkingHead.Datasets.Synthetic;

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
    readonly float[] noise = new float[256];

    public HairParts(Traits traits, FaceSurface surface, Mesh mesh)
    {
        (this.traits, hair, this.surface, this.mesh) = (traits, traits.Hair, surface, mesh);
        var random = new SeededRandom(hair.Seed);
        for (var i = 0; i < noise.Length; i++) noise[i] = 2 * random.Next() - 1;
    }

    /// <summary>How one style lays its sheet; turns in degrees from the front, lengths in centimetres.</summary>
    sealed class Plan
    {
        public required Func<float, Vec3> Start;
        public Func<float, Vec3> End = turn => HairLine.Direction(turn, HairLine.Elevation(turn));
        public required Func<float, float, float> Thickness; // turn, share of the way → height over the skull
        public Func<float, float> Hang = _ => 0;
        public float Flare, Wave, Curls, CurlSize = 0.24f, Clump = 0.25f, Ragged = 0.12f;
        public bool Backwards, Sinks; // Sinks: where the thickness is below 0 the sheet lies under the skin
        public Material Material = Material.Hair;
    }

    public void AddAll()
    {
        var v = hair.Volume;
        switch (hair.Style)
        {
            case HairStyle.Bald or HairStyle.Buzz: break;
            case HairStyle.Short:
                Sheet(new() { Start = _ => Crown, Thickness = (turn, t) => Rise(t) * (0.5f + 0.95f * v * Front(turn) * (1 - 0.25f * t)), End = Fringe(6.5f * hair.Length) });
                break;
            case HairStyle.SidePart:
                Sheet(new() { Start = Part(2.6f * MathF.Sign(hair.PartSide)), Thickness = (turn, t) => Rise(t) * (0.45f + 1.15f * v * Front(turn) * (0.5f + MathF.Sin(MathF.PI * MathF.Min(1, 1.1f * t)))), Clump = 0.3f, End = Uneven });
                break;
            case HairStyle.Quiff:
                Sheet(new() { Start = _ => HairLine.Direction(180, 35), Backwards = true, Thickness = (turn, t) => Rise(t) * (0.4f + 2.5f * v * Smooth(75, 30, MathF.Abs(turn)) * Smooth(0.2f, 0.85f, t)), Clump = 0.4f });
                break;
            case HairStyle.Receding:
                Sheet(new()
                {
                    Start = turn => HairLine.Direction(turn, 50),
                    Thickness = (turn, t) => Smooth(0, 0.2f, t) * Rise(t) * 0.75f * v - 0.3f * Smooth(0.15f, 0, t) - 2.5f * Smooth(66, 56, MathF.Abs(turn)),
                    Clump = 0.15f,
                    Sinks = true,
                });
                break;
            case HairStyle.Bob: Curtain(9.5f * hair.Length, 2.3f * hair.PartSide, fringe: false, flare: 0.9f, wave: 0); break;
            case HairStyle.FringeBob: Curtain(9f * hair.Length, 0, fringe: true, flare: 0.5f, wave: 0); break;
            case HairStyle.Long: Curtain(21 * hair.Length, 2.2f * hair.PartSide, fringe: false, flare: 0.7f, wave: 0.15f); break;
            case HairStyle.LongFringe: Curtain(20 * hair.Length, 0, fringe: true, flare: 0.7f, wave: 0.1f); break;
            case HairStyle.Wavy: Curtain(16 * hair.Length, 2.6f * hair.PartSide, fringe: false, flare: 2.2f, wave: 0.75f); break;
            case HairStyle.Bun: SweptBack(HairLine.Direction(180, hair.PartSide > 0 ? 62 : 18)); Knot(HairLine.Direction(180, hair.PartSide > 0 ? 68 : 18), 3.1f * v); break;
            case HairStyle.Ponytail: SweptBack(HairLine.Direction(180, 42)); Tail(HairLine.Direction(180, 42)); break;
            case HairStyle.Curly:
                Sheet(new() { Start = _ => Crown, Thickness = (turn, t) => Rise(t) * (0.3f + 1.1f * v * Front(turn)), Curls = 7, CurlSize = 0.25f, Clump = 0, End = Fringe(4), Hang = turn => 3.5f * hair.Length * Smooth(80, 110, MathF.Abs(turn)) });
                break;
            case HairStyle.Afro:
                Sheet(new() { Start = _ => Crown, Thickness = (turn, t) => Rise(t) * (2.7f * v + 0.8f * Front(turn)), Curls = 5, CurlSize = 0.13f, Clump = 0, Hang = turn => 1.5f * Smooth(70, 90, MathF.Abs(turn)) });
                break;
            case HairStyle.Mohawk:
                Sheet(new() { Start = _ => HairLine.Direction(180, 30), Backwards = true, Thickness = (turn, t) => Rise(t) * (0.3f + 3.6f * v * Smooth(52, 26, MathF.Abs(turn)) * (0.45f + 0.55f * MathF.Sin(MathF.PI * t))), Clump = 0.5f });
                break;
            case HairStyle.Beanie: Beanie(); break;
            case HairStyle.Headscarf: Headscarf(); break;
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
        var tuft = 1 + 0.55f * Noise(turn * 0.11f) + 0.4f * Noise(turn * 0.37f + 90) + 0.5f * hair.PartSide * MathF.Sin(turn * 0.045f);
        return HairLine.Direction(turn, HairLine.Elevation(turn) - degrees * share * tuft - 2.5f * (1 - share) * Noise(turn * 0.2f + 40));
    };

    Vec3 Uneven(float turn) => HairLine.Direction(turn, HairLine.Elevation(turn) + 1.6f * Noise(turn * 0.16f + 10) * Smooth(60, 45, MathF.Abs(turn)));

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
                if (fringe) up -= 21 * Smooth(52, 40, a) + (1.2f * Noise(turn * 0.35f)) * Smooth(52, 40, a);
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

    void Sheet(Plan plan)
    {
        const int columns = 112, hanging = 14;
        var onSkull = plan.Curls > 0 ? 34 : 16;
        var hangs = Enumerable.Range(0, 19).Any(i => plan.Hang(i * 10) > 0.5f);
        var rows = hangs ? onSkull + hanging : onSkull + 1;
        var curls = plan.Curls > 0 ? CurlCentres(plan.CurlSize) : [];
        var positions = new Vec3[columns, rows];
        var bumps = new float[columns, rows];
        for (var column = 0; column < columns; column++)
        {
            var turn = TurnOf(column, columns);
            Vec3 start = plan.Start(turn), end = plan.End(turn);
            var hang = plan.Hang(turn) * (1 + plan.Ragged * Noise(column * 0.55f));
            for (var row = 0; row < rows; row++)
            {
                var t = MathF.Min(1, (float)row / (onSkull - 1));
                var below = row < onSkull ? 0 : (float)(row - onSkull + 1) / (rows - onSkull);
                positions[column, row] = Place(plan, turn, column, start, end, t, below, hang, hangs, curls, out bumps[column, row]);
            }
        }
        mesh.Sheet(columns, rows, true, plan.Material, (column, row) =>
        {
            var p = positions[column, row];
            var along = positions[column, Math.Min(row + 1, rows - 1)] - positions[column, Math.Max(row - 1, 0)];
            var share = (float)row / (rows - 1);
            var lock1 = 1 + 0.16f * Noise(column * 0.9f);
            var colour = Vec3.Lerp(hair.Colour, hair.Tip, Smooth(0.35f, 1, plan.Backwards ? 1 - share : share)) * lock1;
            var low = Smooth(-9, -15, p.Y);
            var curly = plan.Curls > 0;
            if (curly) colour *= Lerp(0.55f, 1.15f, Smooth(0, plan.CurlSize, bumps[column, row]));
            return new(p, Vec3.Zero, plan.Material == Material.Hair ? colour : hair.Colour)
            {
                Extra = plan.Material == Material.Hair ? along.Normalised() : p,
                U = curly ? 0.45f * (p.X + p.Z) : column * 0.35f + 0.25f * Noise(column * 0.4f + row * 0.05f),
                V = curly ? 0.6f * p.Y : share,
                Head = 1 - 0.75f * low,
            };
        });
    }

    // Denser at the front, where the hairline is seen.
    static float TurnOf(int column, int columns)
    {
        var s = 2f * column / columns - 1;
        return 180 * (0.72f * s + 0.28f * s * s * s);
    }

    Vec3 Place(Plan plan, float turn, int column, Vec3 start, Vec3 end, float t, float below, float hang, bool hangs, List<(Vec3 At, float Radius)> curls, out float bump)
    {
        bump = 0;
        var direction = Vec3.Lerp(start, end, t);
        // Equal steps of angle, near enough: the two ends are at most a right angle and a half apart.
        direction = direction.Length > 0.2f ? direction.Normalised() : Vec3.Lerp(start + Vec3.Up * 0.5f, end, t).Normalised();
        var skull = surface.Towards(direction);
        var outwards = skull.Normalised();
        var height = plan.Thickness(turn, t) + plan.Clump * Noise(column * 0.62f) * Smooth(0.1f, 0.6f, t);
        // The last row of a sheet that ends on the head dives into it.
        if (!hangs && t >= 1 && below > 0) return skull - outwards * 0.4f;
        var p = skull + outwards * (plan.Sinks ? height : MathF.Max(height, 0.12f));
        if (curls.Count > 0) bump = Bump(direction, curls);
        if (curls.Count > 0) p = skull + outwards * (MathF.Max(height, 0.12f) + plan.Curls * bump * Lerp(0.4f, 1, Smooth(1, 0.85f, t)));
        if (below <= 0) return p;
        if (hang < 0.3f) return skull + outwards * (below < 0.5f ? height * 0.6f : -0.3f);

        var drop = hang * below;
        var horizontal = new Vec3(outwards.X, 0, outwards.Z).Normalised();
        var roll = Smooth(0.86f, 1, below);
        var sway = plan.Flare * MathF.Sin(MathF.PI * 0.62f * below) + plan.Wave * MathF.Sin(drop * 0.85f + 2.2f * Noise(column * 0.13f)) * Smooth(0, 0.3f, below);
        sway *= Smooth(52, 100, MathF.Abs(turn));
        sway -= 0.9f * Bell(MathF.Abs(turn) - 60, 12) * MathF.Sin(MathF.PI * 0.55f * below);
        sway += plan.Clump * 1.3f * Noise(column * 0.62f) * below - 0.9f * roll;
        var q = p + horizontal * sway + new Vec3(0, -drop, 0);
        // Over the shoulders it parts to the front and to the back of them.
        var shoulder = Smooth(-11, -16, q.Y);
        var front = MathF.Abs(turn) < 105 ? 1f : -1f;
        return q + new Vec3(q.X * 0.06f * shoulder, 0, front * 2.2f * shoulder);
    }

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
            return new(at + d * (radius * swirl), Vec3.Zero, hair.Colour * (1 + 0.1f * Noise(row))) { Extra = along, U = row * 1.1f + column * 0.2f, V = 0.5f };
        });
    }

    void Tail(Vec3 direction)
    {
        var root = surface.Towards(direction);
        Tubes.Add(mesh, 14, false, i =>
        {
            var t = i / 13f;
            return root + new Vec3(1.5f * hair.PartSide * t, 2.4f * MathF.Sin(MathF.Min(1, 3 * t) * MathF.PI * 0.6f) - 17 * hair.Length * t * t, -1.2f - 4.2f * MathF.Sin(t * MathF.PI * 0.6f));
        }, i => 0.9f + 1.7f * MathF.Sin(MathF.PI * MathF.Min(1, 0.12f + i / 15f)), 14, Material.Hair, hair.Colour, 0.8f);
    }

    void Beanie()
    {
        var second = traits.Clothes.Second;
        Sheet(new()
        {
            Start = _ => HairLine.Direction(180, 80),
            End = turn => HairLine.Direction(turn, 27 - 17 * Smooth(40, 170, MathF.Abs(turn))),
            Thickness = (_, t) => 0.75f + 1.2f * hair.Volume * Square(1 - t),
            Clump = 0,
            Material = Material.Cloth,
        });
        Tubes.Add(mesh, 48, true, i =>
        {
            var turn = 360f * i / 48 - 180;
            var direction = HairLine.Direction(turn, 27 - 17 * Smooth(40, 170, MathF.Abs(turn)));
            return surface.Towards(direction) + direction * 0.65f;
        }, _ => 1.15f, 10, Material.Cloth, Vec3.Lerp(hair.Colour, second, 0.5f), 1);
    }

    // A scarf frames the face from brow to chin and falls over the shoulders.
    void Headscarf()
    {
        Sheet(new()
        {
            Start = _ => HairLine.Direction(180, 70),
            End = turn =>
            {
                var a = MathF.Abs(turn);
                return HairLine.Direction(turn, 37 - 33 * Smooth(20, 68, a));
            },
            Thickness = (_, t) => 0.75f + 0.5f * MathF.Sin(MathF.PI * t),
            Hang = turn => Lerp(0, 17, Smooth(56, 78, MathF.Abs(turn))),
            Flare = 0.4f,
            Clump = 0.12f,
            Ragged = 0.02f,
            Material = Material.Cloth,
        });
        Tubes.Add(mesh, 40, true, i =>
        {
            var turn = 2 * MathF.PI * i / 40;
            return new Vec3(6.6f * MathF.Sin(turn), -12.3f + 1.2f * MathF.Cos(turn * 2) - 0.8f * MathF.Cos(turn), -1.5f + 6.3f * MathF.Cos(turn));
        }, i => 2.1f, 12, Material.Cloth, hair.Colour, 0.45f);
    }

    // Curls: round bumps spread evenly over the head, each of its own size.
    List<(Vec3 At, float Radius)> CurlCentres(float size)
    {
        var random = new SeededRandom(hair.Seed, 7);
        List<(Vec3, float)> curls = [];
        var count = (int)(13 / (size * size));
        for (var i = 0; i < count; i++)
        {
            var up = 1 - 1.75f * (i + random.Next()) / count;
            var turn = i * 2.3999632f + 0.35f * random.Normal();
            var across = MathF.Sqrt(MathF.Max(0, 1 - up * up));
            curls.Add((new(across * MathF.Sin(turn), up, across * MathF.Cos(turn)), size * random.Between(0.85f, 1.3f)));
        }
        return curls;
    }

    static float Bump(Vec3 direction, List<(Vec3 At, float Radius)> curls)
    {
        var highest = 0f;
        foreach (var (at, radius) in curls)
        {
            var square = Square((direction - at).Length / radius);
            if (square < 1) highest = MathF.Max(highest, radius * MathF.Sqrt(1 - square));
        }
        return highest;
    }

    float Noise(float x)
    {
        var i = (int)MathF.Floor(x);
        return Lerp(noise[i & 255], noise[(i + 1) & 255], Smooth(0, 1, x - i));
    }
}

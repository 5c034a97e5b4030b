using static TalkingHead.Synthetic.Curves;

namespace TalkingHead.Synthetic;

/// <summary>
/// One volume of hair: a closed sheet of locks side by side round the head, each from its start over the skull to its end
/// and, where it is long, down from there.
/// </summary>
sealed class HairSheet
{
    const int Columns = 112, Hanging = 14;

    readonly HairTraits hair;
    readonly FaceSurface surface;
    readonly LockNoise noise;
    readonly HairPlan plan;
    readonly Curls? curls;
    readonly bool hangs;
    readonly int onSkull, rows;

    HairSheet(HairTraits hair, FaceSurface surface, LockNoise noise, HairPlan plan)
    {
        (this.hair, this.surface, this.noise, this.plan) = (hair, surface, noise, plan);
        curls = plan.CurlHeight > 0 ? new(hair.Seed, plan.CurlSize) : null;
        onSkull = curls is null ? 16 : 34;
        hangs = Enumerable.Range(0, 19).Any(i => plan.Hang(i * 10) > 0.5f);
        rows = hangs ? onSkull + Hanging : onSkull + 1;
    }

    public static void Add(HairTraits hair, FaceSurface surface, Mesh mesh, LockNoise noise, HairPlan plan) =>
        new HairSheet(hair, surface, noise, plan).AddTo(mesh);

    void AddTo(Mesh mesh)
    {
        var positions = new Vec3[Columns, rows];
        var bumps = new float[Columns, rows];
        for (var column = 0; column < Columns; column++)
        {
            var turn = TurnOf(column);
            Vec3 start = plan.Start(turn), end = plan.End(turn);
            var hang = plan.Hang(turn) * (1 + plan.Ragged * noise.At(column * 0.55f));
            for (var row = 0; row < rows; row++)
            {
                var t = MathF.Min(1, (float)row / (onSkull - 1));
                var below = row < onSkull ? 0 : (float)(row - onSkull + 1) / (rows - onSkull);
                positions[column, row] = Place(turn, column, start, end, t, below, hang, out bumps[column, row]);
            }
        }
        mesh.Sheet(Columns, rows, true, plan.Material, (column, row) =>
        {
            var p = positions[column, row];
            var along = positions[column, Math.Min(row + 1, rows - 1)] - positions[column, Math.Max(row - 1, 0)];
            var share = (float)row / (rows - 1);
            var shade = 1 + 0.16f * noise.At(column * 0.9f);
            var colour = Vec3.Lerp(hair.Colour, hair.Tip, Smooth(0.35f, 1, plan.Backwards ? 1 - share : share)) * shade;
            var low = Smooth(-9, -15, p.Y);
            var curly = plan.CurlHeight > 0;
            if (curly) colour *= Lerp(0.55f, 1.15f, Smooth(0, plan.CurlSize, bumps[column, row]));
            return new(p, Vec3.Zero, plan.Material == Material.Hair ? colour : hair.Colour)
            {
                Extra = plan.Material == Material.Hair ? along.Normalised() : p,
                U = plan.Material == Material.Cloth ? 0 : curly ? 0.45f * (p.X + p.Z)
                : column * 0.35f + 0.25f * noise.At(column * 0.4f + row * 0.05f),
                V = curly ? 0.6f * p.Y : share,
                Head = 1 - 0.75f * low,
            };
        });
    }

    // Denser at the front, where the hairline is seen.
    static float TurnOf(int column)
    {
        var s = 2f * column / Columns - 1;
        return 180 * (0.72f * s + 0.28f * s * s * s);
    }

    Vec3 Place(float turn, int column, Vec3 start, Vec3 end, float t, float below, float hang, out float bump)
    {
        bump = 0;
        var direction = Vec3.Lerp(start, end, t);
        // Where start and end lie opposite each other the way leads over the top.
        direction = direction.Length > 0.2f ? direction.Normalised() : Vec3.Lerp(start + Vec3.Up * 0.5f, end, t).Normalised();
        var skull = surface.Towards(direction);
        var outwards = skull.Normalised();
        // The last row of a sheet that ends on the head dives into it.
        if (!hangs && t >= 1 && below > 0) return skull - outwards * 0.4f;
        var height = plan.Thickness(turn, t) + plan.Clump * noise.At(column * 0.43f) * Smooth(0.1f, 0.6f, t);
        if (!plan.Sinks) height = MathF.Max(height, 0.12f);
        if (curls is not null)
        {
            bump = curls.At(direction);
            height += plan.CurlHeight * bump * Lerp(0.4f, 1, Smooth(1, 0.85f, t));
        }
        if (below <= 0) return skull + outwards * height;
        return hang < 0.3f ? skull + outwards * (below < 0.5f ? height * 0.6f : -0.3f)
            : Hang(skull + outwards * height, outwards, turn, column, below, hang);
    }

    Vec3 Hang(Vec3 from, Vec3 outwards, float turn, int column, float below, float hang)
    {
        var drop = hang * below;
        var horizontal = new Vec3(outwards.X, 0, outwards.Z).Normalised();
        var wave = plan.Wave * MathF.Sin(drop * 0.85f + 2.2f * noise.At(column * 0.13f)) * Smooth(0, 0.3f, below);
        var sway = (plan.Flare * MathF.Sin(MathF.PI * 0.62f * below) + wave) * Smooth(52, 100, MathF.Abs(turn));
        // Beside the face it falls in, towards the cheek; at its end it rolls in.
        sway -= 0.9f * Bell(MathF.Abs(turn) - 60, 12) * MathF.Sin(MathF.PI * 0.55f * below);
        sway += plan.Clump * 1.3f * noise.At(column * 0.43f) * below - 0.9f * Smooth(0.86f, 1, below);
        var p = from + horizontal * sway + new Vec3(0, -drop, 0);
        // Over the shoulders it parts to the front and to the back of them.
        var shoulder = Smooth(-11, -16, p.Y);
        var front = MathF.Abs(turn) < 105 ? 1f : -1f;
        return p + new Vec3(p.X * 0.06f * shoulder, 0, front * 2.2f * shoulder);
    }
}

/// <summary>A beard or moustache: the skin once more, lifted where hair grows.</summary>
sealed class BeardParts(Traits traits, BoundMesh bound)
{
    readonly Mesh mesh = bound.Mesh;
    readonly FaceTopology topology = FaceTopology.Shared;

    public void Add()
    {
        if (traits.Beard.Style is BeardStyle.None or BeardStyle.Stubble) return;
        var lifted = new Dictionary<int, int>();
        var skinTriangles = topology.Triangles.Count;
        var first = mesh.Vertices.Count;
        var firstTriangle = mesh.Triangles.Count;
        for (var t = 0; t < skinTriangles; t++)
        {
            var (a, b, c) = topology.Triangles[t];
            if (Grown(a) + Grown(b) + Grown(c) > 0.02f)
                mesh.Triangle(Lift(a), Lift(b), Lift(c), Material.Hair);
        }
        mesh.SmoothNormals(first, mesh.Vertices.Count, firstTriangle, mesh.Triangles.Count);

        float Grown(int vertex) => topology.Lips.ContainsKey(vertex) ? 0
            : SkinPaint.Beard(traits.Beard.Style, topology.Points[vertex].U, topology.Points[vertex].V);

        int Lift(int vertex)
        {
            if (lifted.TryGetValue(vertex, out var known)) return known;
            var (u, v) = topology.Points[vertex];
            var skin = mesh.Vertices[vertex];
            var grown = Grown(vertex);
            var length = traits.Beard.Style switch
            {
                BeardStyle.Full => 1.5f,
                BeardStyle.Short => 0.45f,
                BeardStyle.Goatee => 0.8f,
                _ => 0.5f
            };
            var low = Smooth(-6.2f, -8.5f, v);
            var clump = 0.75f + 0.25f * MathF.Sin(u * 4.1f + 1.7f * MathF.Sin(v * 1.3f)) * MathF.Sin(v * 2.3f + u);
            var height = -0.1f + 0.36f * Smooth(0.1f, 0.6f, grown) + grown * (length - 0.24f) * low * clump;
            var downwards = new Vec3(0.2f * MathF.Sign(u) * Smooth(0.3f, 2, MathF.Abs(u)) * (v > -5.6f ? 1 : 0.3f), -1, 0.25f);
            var position = skin.Position + skin.Normal * height + new Vec3(0, -0.55f, 0) * (MathF.Max(0, height) * low);
            return lifted[vertex] = bound.Bind(new(position, Vec3.Zero, traits.Beard.Colour)
            {
                U = u * 0.9f + 0.15f * v, V = v * 0.2f,
                Extra = downwards.Normalised()
            }, bound.WeightsOf(vertex));
        }
    }
}

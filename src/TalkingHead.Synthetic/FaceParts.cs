using System.Runtime.InteropServices;
using static TalkingHead.Synthetic.Curves;

namespace TalkingHead.Synthetic;

/// <summary>The skin of the face, and the inside of the mouth.</summary>
sealed class FaceParts
{
    readonly Traits traits;
    readonly FaceSurface surface;
    readonly BoundMesh bound;
    readonly Mesh mesh;
    readonly FaceTopology topology = FaceTopology.Shared;

    public FaceParts(Traits traits, FaceSurface surface, BoundMesh bound)
    {
        (this.traits, this.surface, this.bound, mesh) = (traits, surface, bound, bound.Mesh);
        AddSkin();
        AddMouthBag();
    }

    void AddSkin()
    {
        for (var i = 0; i < topology.Points.Count; i++)
        {
            var (u, v) = topology.Points[i];
            var position = surface.At(topology.Weights[i], topology.Offsets[i]);
            // Towards the chart's rim the skull takes over, as it does under hair.
            var rim = Smooth(16, 20, MathF.Sqrt(u * u + v * v));
            if (rim > 0) position = Vec3.Lerp(position, surface.Towards(FaceChart.Direction(u, v)), rim);
            var red = topology.Lips.GetValueOrDefault(i);
            bound.Bind(new(position, Vec3.Zero, SkinPaint.At(traits, u, v, red))
            {
                U = u,
                V = v,
                Extra = new(SkinPaint.Stubble(traits.Beard, u, v) * (1 - red), red, traits.Skin.Age),
            }, topology.Weights[i]);
        }
        for (var eye = 0; eye < 2; eye++) EyelidPaint(eye);
        Eyelids.Place(surface.Shape.Eyes, mesh.Vertices, 0, 0, 0, 0, 0);
        foreach (var (a, b, c) in topology.Triangles) mesh.Triangle(a, b, c, Material.Skin);
        mesh.SmoothNormals(0, mesh.Vertices.Count, 0, mesh.Triangles.Count);
    }

    void EyelidPaint(int eye)
    {
        var skin = traits.Skin;
        for (var ring = 0; ring < FaceTopology.LidRings; ring++)
            for (var i = 0; i < FaceTopology.LidPoints; i++)
            {
                var index = topology.Lids[eye, ring, i];
                var upper = i > 0 && i < FaceTopology.LidPoints / 2;
                var vertex = mesh.Vertices[index];
                var colour = ring switch
                {
                    0 => skin.Skin * new Vec3(0.7f, 0.42f, 0.4f),
                    1 => upper ? Vec3.Lerp(skin.Skin * 0.5f, new(0.012f, 0.009f, 0.008f), 0.55f + 0.45f * traits.Eyes.Lashes)
                    : skin.Skin * new Vec3(0.7f, 0.48f, 0.44f),
                    3 when upper => Vec3.Lerp(skin.Skin * new Vec3(0.68f, 0.52f, 0.5f), skin.Shadow, skin.EyeShadow),
                    _ => upper ? Vec3.Lerp(skin.Skin * new Vec3(0.86f, 0.76f, 0.74f), skin.Shadow, skin.EyeShadow)
                    : skin.Skin * new Vec3(0.93f, 0.85f, 0.84f),
                };
                mesh.Vertices[index] = vertex with { Albedo = colour };
            }
    }

    // The mouth's edge drawn back into the head, so that an open mouth shows its dark inside and never the backdrop.
    void AddMouthBag()
    {
        var edge = topology.MouthEdge;
        var centre = surface["lipBack"] + new Vec3(0, -0.6f, -3.5f);
        var firstTriangle = mesh.Triangles.Count;
        var previous = edge.ToArray();
        foreach (var depth in new[] { 0.15f, 0.45f, 0.8f, 1 })
        {
            var ring = new int[edge.Count];
            for (var i = 0; i < ring.Length; i++)
            {
                var from = mesh.Vertices[edge[i]].Position;
                var to = Vec3.Lerp(from * new Vec3(1, 1, 0) + new Vec3(0, 0, centre.Z), centre, depth * depth);
                var bulge = new Vec3(0, (from.Y > centre.Y + 0.55f ? 0.6f : -0.9f) * MathF.Sin(depth * MathF.PI), 0);
                var position = new Vec3(to.X, to.Y, Lerp(from.Z, centre.Z, depth)) + bulge;
                var over = bound.WeightsOf(edge[i]).Select(w => w * (1 - 0.6f * depth)).ToArray();
                ring[i] = bound.Bind(new(position, Vec3.Zero,
                    Vec3.Lerp(new(0.22f, 0.05f, 0.045f), new(0.03f, 0.006f, 0.006f), depth))
                { Occlusion = 1 - 0.7f * depth }, over);
            }
            for (var i = 0; i < ring.Length; i++)
            {
                var next = (i + 1) % ring.Length;
                mesh.Triangle(previous[i], ring[i], previous[next], Material.Mouth);
                mesh.Triangle(previous[next], ring[i], ring[next], Material.Mouth);
            }
            previous = ring;
        }
        mesh.SmoothNormals(topology.Points.Count, mesh.Vertices.Count, firstTriangle, mesh.Triangles.Count);
    }
}

/// <summary>Lays the rings of vertices round each eye over its ball, as far closed as the blink says.</summary>
static class Eyelids
{
    /// <summary>Moves the lid vertices of a face whose creases already stand where the anchors put them.</summary>
    public static void Place(EyeShape eyes, List<Vertex> vertices, float blinkLeft, float blinkRight, float squintLeft,
        float squintRight, float lift)
    {
        var span = CollectionsMarshal.AsSpan(vertices);
        var positions = new Vec3[FaceTopology.Shared.Points.Count];
        for (var i = 0; i < positions.Length; i++) positions[i] = span[i].Position;
        Place(eyes, positions, blinkLeft, blinkRight, squintLeft, squintRight, lift);
        for (var i = 0; i < positions.Length; i++) span[i].Position = positions[i];
    }

    public static void Place(EyeShape eyes, Span<Vec3> positions, float blinkLeft, float blinkRight, float squintLeft,
        float squintRight, float lift)
    {
        var lids = FaceTopology.Shared.Lids;
        for (var eye = 0; eye < 2; eye++)
        {
            var side = eye == 0 ? -1 : 1;
            var (blink, squint) = eye == 0 ? (blinkLeft, squintLeft) : (blinkRight, squintRight);
            for (var i = 0; i < FaceTopology.LidPoints; i++)
            {
                var margin = eyes.Margin(side, i, blink, squint, lift);
                var crease = positions[lids[eye, 4, i]];
                crease = positions[lids[eye, 4, i]] = eyes.Outside(side, crease, 0.2f);
                var centre = eyes.Centre(side);
                positions[lids[eye, 0, i]] = centre + (margin - centre) * ((eyes.Radius - 0.12f) / (margin - centre).Length);
                positions[lids[eye, 1, i]] = margin;
                positions[lids[eye, 2, i]] = eyes.Outside(side, Vec3.Lerp(margin, crease, 0.3f), 0.16f);
                positions[lids[eye, 3, i]] = eyes.Outside(side, Vec3.Lerp(margin, crease, 0.65f), 0.17f);
            }
        }
    }

    /// <summary>Stands the lashes on the upper margins, longest outside.</summary>
    public static void PlaceLashes(HeadModel model, Span<Vec3> positions)
    {
        var lids = FaceTopology.Shared.Lids;
        const int half = FaceTopology.LidPoints / 2;
        for (var eye = 0; eye < 2; eye++)
        {
            var side = eye == 0 ? -1 : 1;
            var centre = model.Eyes.Centre(side);
            for (var i = 0; i <= half; i++)
            {
                var margin = positions[lids[eye, 1, i]];
                var outwards = (margin - centre).Normalised();
                var t = (float)i / half;
                var length = (0.1f + 0.38f * model.Traits.Eyes.Lashes) * Curves.Smooth(-0.1f, 0.35f, t) * (0.55f + 0.75f * t);
                positions[model.Lashes[eye, i, 0]] = margin + outwards * 0.02f + new Vec3(0, -0.02f, 0);
                positions[model.Lashes[eye, i, 1]] = margin + outwards * (0.5f * length + 0.02f)
                    + new Vec3(side * 0.6f * (t - 0.35f), 0.75f, 0.1f) * length;
            }
        }
    }
}

/// <summary>Lashes of the upper lids.</summary>
static class LashParts
{
    /// <summary>A strip of lashes on each upper lid; <see cref="Eyelids"/> moves it.</summary>
    public static int[,,] Add(Mesh mesh)
    {
        const int half = FaceTopology.LidPoints / 2;
        var lashes = new int[2, half + 1, 2];
        for (var eye = 0; eye < 2; eye++)
        {
            for (var i = 0; i <= half; i++)
                for (var row = 0; row < 2; row++)
                    lashes[eye, i, row] = mesh.Add(new(Vec3.Zero, new(0, 0, 1), new(0.01f, 0.008f, 0.007f)) { Occlusion = 1 });
            for (var i = 0; i < half; i++)
            {
                mesh.Triangle(lashes[eye, i, 0], lashes[eye, i + 1, 0], lashes[eye, i, 1], Material.Lash);
                mesh.Triangle(lashes[eye, i, 1], lashes[eye, i + 1, 0], lashes[eye, i + 1, 1], Material.Lash);
            }
        }
        return lashes;
    }
}

/// <summary>Brows: low ridges of hair over the sockets, thick at the nose and pointed at the temples.</summary>
sealed class BrowParts
{
    /// <summary>[eye (0 at negative x)] → five vertices along the brow's middle, from the nose outwards.</summary>
    public readonly int[][] Points;

    readonly Traits traits;
    readonly FaceSurface surface;
    readonly BoundMesh bound;
    readonly Mesh mesh;
    readonly FaceTopology topology = FaceTopology.Shared;

    public BrowParts(Traits traits, FaceSurface surface, BoundMesh bound)
    {
        (this.traits, this.surface, this.bound, mesh) = (traits, surface, bound, bound.Mesh);
        Points = [Add(0), Add(1)];
    }

    int[] Add(int eye)
    {
        const int columns = 17, rows = 5;
        var face = traits.Face;
        var side = eye == 0 ? -1 : 1;
        var points = new int[5];
        var first = mesh.Vertices.Count;
        var firstTriangle = mesh.Triangles.Count;
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
            {
                var s = (float)column / (columns - 1);
                var across = 2f * row / (rows - 1) - 1; // -1 the upper edge
                var u = Lerp(1.25f, 6.15f, s) + 0.12f * face.EyeApart;
                var arch = (0.5f + 0.22f * face.BrowArch) * MathF.Sin(MathF.PI * MathF.Pow(s, 1.25f)) - 0.32f * s * s;
                var centre = 2.15f + 0.2f * face.BrowHeight + arch + 0.3f * face.BrowSlant * (s - 0.45f) + 0.09f * face.Asymmetry * side;
                var half = (0.36f + 0.13f * face.BrowThick) * MathF.Pow(MathF.Max(0.0001f,
                    MathF.Min(1, s * 7 + 0.55f) * (1 - s * s * s)), 0.7f);
                var v = centre - across * half;
                var (over, offset) = topology.Bind(side * u, v);
                var height = 0.06f + (0.2f + 0.05f * face.BrowThick) * (1 - across * across) * (1 - 0.6f * s);
                var strand = new Vec3(side, 0.55f - 0.9f * s, -0.45f * s).Normalised();
                var position = surface.At(over, offset) + surface.NormalAt(side * u, v) * height;
                var index = bound.Bind(new(position, Vec3.Zero, traits.Eyes.Brow)
                {
                    U = across * 0.35f + s * 0.5f, V = s,
                    Extra = strand
                }, over);
                if (row == rows / 2 && column % 4 == 0) points[column / 4] = index;
            }
        for (var row = 0; row + 1 < rows; row++)
            for (var column = 0; column + 1 < columns; column++)
            {
                int a = first + row * columns + column, b = a + 1, c = a + columns, d = c + 1;
                if (eye == 0) (a, b, c, d) = (b, a, d, c);
                mesh.Triangle(a, c, b, Material.Hair);
                mesh.Triangle(b, c, d, Material.Hair);
            }
        mesh.SmoothNormals(first, mesh.Vertices.Count, firstTriangle, mesh.Triangles.Count);
        return points;
    }
}

/// <summary>
/// An eyeball and the opening between its lids, in centimetres. The lids slide over the ball, so blinking bends them round
/// it instead of flattening them.
/// </summary>
sealed record EyeShape(
    float Apart, float Height, float Depth, float Radius, float HalfWidth, float Upper, float Lower, float Tilt, float UpperPeak)
{
    public static readonly EyeShape Template = new(3.35f, 0, 6.7f, 2.1f, 1.85f, 0.9f, 0.7f, 0.06f, -0.2f);

    const float LidThickness = 0.1f;

    /// <summary>The ball's centre; <paramref name="side"/> is -1 or +1, the sign of x.</summary>
    public Vec3 Centre(int side) => new(side * Apart, Height, Depth);

    /// <summary>
    /// Point <paramref name="i"/> of the lids' margin. <paramref name="blink"/> 0 open, 1 closed; <paramref name="squint"/>
    /// raises the lower lid; <paramref name="lift"/> moves the upper lid with the gaze.
    /// </summary>
    public Vec3 Margin(int side, int i, float blink, float squint, float lift)
    {
        const int half = FaceTopology.LidPoints / 2;
        var upper = i <= half;
        var t = -MathF.Cos(MathF.PI * (upper ? i : FaceTopology.LidPoints - i) / half); // -1 at the nose, 1 outside
        var belly = MathF.Max(0, 1 - t * t);
        var above = Upper * MathF.Pow(belly, 0.7f) * (1 + UpperPeak * t) * (1 + 0.35f * lift);
        var below = -Lower * MathF.Pow(belly, 0.85f) * (1 + 0.25f * t) * (1 - 0.55f * squint) + 0.12f * lift * belly;
        var closed = -0.5f * Lower * belly;
        var y = upper ? Curves.Lerp(above, closed + 0.01f, blink) : Curves.Lerp(below, closed - 0.01f, blink);
        return OnBall(side, HalfWidth * t, y + Tilt * HalfWidth * t, LidThickness);
    }

    /// <summary>The point over the ball at (x, y) from its centre, x counted away from the nose.</summary>
    public Vec3 OnBall(int side, float x, float y, float above)
    {
        var radius = Radius + above;
        var z = MathF.Sqrt(MathF.Max(0.15f, radius * radius - x * x - y * y));
        return Centre(side) + new Vec3(side * x, y, z);
    }

    /// <summary>Pushes a point of the lid's skin out of the ball.</summary>
    public Vec3 Outside(int side, Vec3 point, float above)
    {
        var centre = Centre(side);
        var offset = point - centre;
        var length = offset.Length;
        return length >= Radius + above ? point : centre + offset * ((Radius + above) / length);
    }
}

using static TalkingHead.Synthetic.Curves;

namespace TalkingHead.Synthetic;

/// <summary>
/// One person, built: the neutral mesh as flat arrays, how the muscles move what is bound to the face, and where the
/// landmarks sit. Immutable, shared by all threads.
/// </summary>
sealed class HeadModel
{
    public readonly Traits Traits;
    public readonly EyeShape Eyes;
    public readonly Vertex[] Vertices;
    public readonly int[] Indices;
    public readonly Material[] Materials;
    public readonly int[] LandmarkVertices;

    /// <summary>The first <see cref="BoundVertices"/> vertices and <see cref="BoundTriangles"/> triangles follow the muscles.</summary>
    public readonly int BoundVertices, BoundTriangles;

    /// <summary>[muscle][bound vertex] → displacement at full strength.</summary>
    public readonly Vec3[][] Moves;

    /// <summary>[eye][point along the upper lid, row] → lash vertex; rows 0 on the lid, 1 at the tip.</summary>
    public readonly int[,,] Lashes;

    public readonly Backdrop Backdrop;

    public HeadModel(Traits traits)
    {
        Traits = traits;
        var surface = new FaceSurface(new FaceShape(traits.Face));
        Eyes = surface.Shape.Eyes;
        var mesh = new Mesh();
        var bound = new BoundMesh(mesh);
        _ = new FaceParts(traits, surface, bound);
        LandmarkVertices = LandmarkPoints.Vertices(new BrowParts(traits, surface, bound).Points);
        new BeardParts(traits, bound).Add();
        (BoundVertices, BoundTriangles) = (mesh.Vertices.Count, mesh.Triangles.Count);
        Lashes = LashParts.Add(mesh);
        new StaticParts(traits, surface, mesh).AddAll();
        new HairParts(traits, surface, mesh).AddAll();
        new ClothesParts(traits, mesh).AddAll();
        Moves = [.. Enum.GetValues<Muscle>().Select(muscle => bound.Displacements(Expression.Moves(muscle, surface.Shape)))];
        Vertices = [.. mesh.Vertices];
        Indices = new int[mesh.Triangles.Count * 3];
        Materials = new Material[mesh.Triangles.Count];
        for (var t = 0; t < Materials.Length; t++)
            (Indices[3 * t], Indices[3 * t + 1], Indices[3 * t + 2], Materials[t]) = mesh.Triangles[t];
        AmbientOcclusion.Bake(this);
        Backdrop = new Backdrop(traits.Backdrop);
    }
}

/// <summary>What turns with the skull or the jaw as one piece: eyeballs, teeth, tongue, ears, glasses.</summary>
sealed class StaticParts(Traits traits, FaceSurface surface, Mesh mesh)
{
    public void AddAll()
    {
        for (var side = -1; side <= 1; side += 2)
        {
            AddEyeball(side);
            if (!CoversEars) AddEar(side);
        }
        AddTeeth();
        AddTongue();
        new GlassesParts(traits, surface, mesh).AddAll();
    }

    bool CoversEars => traits.Hair.Style is HairStyle.Headscarf or HairStyle.Bob or HairStyle.FringeBob or HairStyle.Long
        or HairStyle.LongFringe or HairStyle.Wavy;

    void AddEyeball(int side)
    {
        var eyes = surface.Shape.Eyes;
        mesh.Sheet(20, 12, true, Material.Eye, (column, row) =>
        {
            var angle = 1.75f * row / 11;
            var turn = 2 * MathF.PI * column / 20;
            var d = new Vec3(MathF.Sin(angle) * MathF.Cos(turn), MathF.Sin(angle) * MathF.Sin(turn), MathF.Cos(angle));
            return new(eyes.Centre(side) + d * eyes.Radius, d, Vec3.One) { Extra = d, U = side };
        });
    }

    void AddTeeth()
    {
        var back = surface["lipBack"];
        var width = surface["lipCorner+"].X / 2.6f;
        Row(0.45f, -0.5f, back.Z - 0.25f, false);
        Row(-0.5f, -1.3f, back.Z - 0.45f, true);

        void Row(float top, float bottom, float front, bool jaw) => mesh.Sheet(21, 4, false, Material.Teeth, (column, row) =>
        {
            var s = 2f * column / 20 - 1;
            var t = row / 3f;
            var scallop = 0.06f * MathF.Abs(MathF.Sin(s * 10.2f));
            var y = back.Y + Lerp(top, bottom, t) + (jaw ? (t < 0.1f ? -scallop : 0) : t > 0.9f ? scallop : 0);
            var z = front - 1.5f * s * s - 0.5f * s * s * s * s + 0.12f * MathF.Sin(t * MathF.PI);
            var gum = jaw ? Smooth(0.75f, 1, t) : Smooth(0.25f, 0, t);
            var tooth = new Vec3(0.88f, 0.84f, 0.76f) * (1 - 0.6f * s * s) * (0.94f + 0.06f * MathF.Abs(MathF.Sin(s * 10.2f)));
            return new(new(s * 2.05f * width, y, z), Vec3.Zero, Vec3.Lerp(tooth, new(0.5f, 0.16f, 0.16f), gum))
            {
                Jaw = jaw,
                Occlusion = jaw ? 0.7f : 0.95f
            };
        });
    }

    void AddTongue()
    {
        var back = surface["lipBack"];
        mesh.Sheet(12, 7, true, Material.Mouth, (column, row) =>
        {
            float angle = MathF.PI * row / 6, turn = 2 * MathF.PI * column / 12;
            var d = new Vec3(MathF.Sin(angle) * MathF.Cos(turn), MathF.Cos(angle) * 0.45f, MathF.Sin(angle) * -MathF.Sin(turn) * 1.3f);
            return new(new Vec3(0, back.Y - 1.25f, back.Z - 2.4f) + d * 1.45f, Vec3.Zero, new(0.5f, 0.14f, 0.13f))
            {
                Jaw = true,
                Occlusion = 0.6f
            };
        });
    }

    // A shell: rim, furrow, inner ridge, hollow, lobe, by distance from the ear's middle.
    void AddEar(int side)
    {
        const int columns = 26, rows = 9;
        var face = traits.Face;
        var size = 1 + 0.1f * face.EarSize;
        var flare = 0.58f + 0.2f * face.EarOut;
        var root = surface["jaw15+"] + new Vec3(-0.05f, 0.9f, -1.5f);
        var outwards = new Vec3(MathF.Cos(flare), 0, MathF.Sin(flare));
        var backwards = new Vec3(MathF.Sin(flare), 0.1f, -MathF.Cos(flare));
        mesh.Sheet(columns, rows, true, Material.Skin, (column, row) =>
        {
            var turn = side * 2 * MathF.PI * column / columns;
            var rho = row switch { rows - 1 => 0.8f, rows - 2 => 1.0f, _ => (float)row / (rows - 2) * 1.02f };
            float a = MathF.Cos(turn), b = MathF.Sin(turn);
            var outline = 1 - 0.2f * Smooth(-0.1f, -1, b) * MathF.Abs(a) + 0.08f * Smooth(0.2f, 0.9f, b);
            var lobe = Smooth(-0.55f, -0.95f, b * rho);
            var depth = row == rows - 1 ? -0.75f : 0.42f * Bell(rho - 0.9f, 0.1f) + 0.3f * Bell(rho - 0.58f, 0.09f) * (a > -0.2f ? 1 : 0.2f)
                - 0.55f * Bell(rho, 0.3f);
            depth = Lerp(depth, row == rows - 1 ? -0.4f : 0.12f, lobe) * size;
            var across = (1.1f + a * rho * outline * (1.55f + 0.2f * b)) * size;
            var position = root + backwards * across + new Vec3(0, b * rho * outline * 2.95f * size, 0) + outwards * depth;
            var rosy = traits.Skin.Skin * new Vec3(1, 0.82f - 0.12f * Bell(rho - 0.9f, 0.2f), 0.8f - 0.12f * Bell(rho - 0.9f, 0.2f));
            return new(side > 0 ? position : position.Mirrored, Vec3.Zero, rosy) { U = 20, V = b * 3, Extra = Vec3.Zero };
        });
    }
}

/// <summary>
/// Which vertices of the mesh are the 68 landmarks, in iBUG's order. Those of the jaw are fixed points of its edge, as a
/// face tracker's model has them, and not the outline that a turned head shows.
/// </summary>
static class LandmarkPoints
{
    public static int[] Vertices(int[][] brows)
    {
        var anchors = FaceAnchors.Template;
        var topology = FaceTopology.Shared;
        var vertices = new int[68];
        for (var i = 0; i <= 16; i++)
            vertices[i] = anchors[i == 8 ? "jaw8" : i < 8 ? $"jaw{16 - i}-" : $"jaw{i}+"];
        for (var i = 0; i < 5; i++)
        {
            vertices[17 + i] = brows[0][4 - i];
            vertices[22 + i] = brows[1][i];
        }
        string[] named =
        [
            "nasion", "bridge1", "bridge2", "noseTip", "alaBase-", "sill-", "subnasale", "sill+", "alaBase+",
        ];
        for (var i = 0; i < named.Length; i++) vertices[27 + i] = anchors[named[i]];
        // From the corner at the picture's left: over the upper lid, then back under the lower one.
        ReadOnlySpan<int> left = [14, 9, 5, 0, 23, 19], right = [0, 5, 9, 14, 19, 23];
        for (var i = 0; i < 6; i++)
        {
            vertices[36 + i] = topology.Lids[0, 1, left[i]];
            vertices[42 + i] = topology.Lids[1, 1, right[i]];
        }
        string[] lips =
        [
            "lipCorner-", "lipTopSide-", "lipPeak-", "lipTop", "lipPeak+", "lipTopSide+", "lipCorner+",
            "lowLipFar+", "lowLipBottomSide+", "lowLipBottom", "lowLipBottomSide-", "lowLipFar-",
        ];
        for (var i = 0; i < lips.Length; i++) vertices[48 + i] = anchors[lips[i]];
        (vertices[60], vertices[64]) = (topology.InnerCorners[0], topology.InnerCorners[1]);
        string[] inner = ["lipInnerSide-", "lipInner", "lipInnerSide+"], lower = ["lowLipInnerSide+", "lowLipInner", "lowLipInnerSide-"];
        for (var i = 0; i < 3; i++)
        {
            vertices[61 + i] = anchors[inner[i]];
            vertices[65 + i] = anchors[lower[i]];
        }
        return vertices;
    }
}

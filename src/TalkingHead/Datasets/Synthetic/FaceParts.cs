using static TalkingHead.Datasets.Synthetic.Curves;

namespace TalkingHead.Datasets.Synthetic;

/// <summary>What moves with the face's anchors: skin, the inside of the mouth, brows, beard; and where the landmarks sit.</summary>
sealed class FaceParts
{
    public readonly int[] LandmarkVertices = new int[68];

    readonly Traits traits;
    readonly FaceSurface surface;
    readonly Mesh mesh;
    readonly FaceTopology topology = FaceTopology.Shared;
    readonly List<float[]> weights = [];
    readonly int[,] browPoints = new int[2, 5];

    public FaceParts(Traits traits, FaceSurface surface, Mesh mesh)
    {
        (this.traits, this.surface, this.mesh) = (traits, surface, mesh);
        AddSkin();
        AddMouthBag();
        AddBrow(0);
        AddBrow(1);
        AddBeard();
        PlaceLandmarks();
    }

    public Vec3[] Displacements(Vec3[] anchorMoves) => [.. weights.Select(w => FaceSurface.Blend(w, anchorMoves))];

    int Bind(Vertex vertex, float[] over)
    {
        weights.Add(over);
        return mesh.Add(vertex);
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
            Bind(new(position, Vec3.Zero, SkinPaint.At(traits, u, v, red))
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
                    1 => upper ? Vec3.Lerp(skin.Skin * 0.5f, new(0.012f, 0.009f, 0.008f), 0.55f + 0.45f * traits.Eyes.Lashes) : skin.Skin * new Vec3(0.7f, 0.48f, 0.44f),
                    _ => upper ? Vec3.Lerp(skin.Skin * new Vec3(0.86f, 0.76f, 0.74f), skin.Shadow, skin.EyeShadow) : skin.Skin * new Vec3(0.93f, 0.85f, 0.84f),
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
                var over = weights[edge[i]].Select(w => w * (1 - 0.6f * depth)).ToArray();
                ring[i] = Bind(new(position, Vec3.Zero, Vec3.Lerp(new(0.22f, 0.05f, 0.045f), new(0.03f, 0.006f, 0.006f), depth)) { Occlusion = 1 - 0.7f * depth }, over);
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

    // A brow is a low ridge of hair over the socket, thick at the nose and pointed at the temple.
    void AddBrow(int eye)
    {
        const int columns = 17, rows = 5;
        var face = traits.Face;
        var side = eye == 0 ? -1 : 1;
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
                var half = (0.36f + 0.13f * face.BrowThick) * MathF.Pow(MathF.Max(0.0001f, MathF.Min(1, s * 7 + 0.55f) * (1 - s * s * s)), 0.7f);
                var v = centre - across * half;
                var (over, offset) = topology.Bind(side * u, v);
                var height = 0.06f + (0.2f + 0.05f * face.BrowThick) * (1 - across * across) * (1 - 0.6f * s);
                var strand = new Vec3(side, 0.55f - 0.9f * s, -0.45f * s).Normalised();
                var position = surface.At(over, offset) + surface.NormalAt(side * u, v) * height;
                var index = Bind(new(position, Vec3.Zero, traits.Eyes.Brow) { U = across * 0.35f + s * 0.5f, V = s, Extra = strand }, over);
                if (row == rows / 2 && column % 4 == 0) browPoints[eye, column / 4] = index;
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
    }

    // A beard is the skin once more, lifted where hair grows.
    void AddBeard()
    {
        if (traits.Beard.Style is BeardStyle.None or BeardStyle.Stubble) return;
        var lifted = new Dictionary<int, int>();
        var skinTriangles = topology.Triangles.Count;
        var first = mesh.Vertices.Count;
        var firstTriangle = mesh.Triangles.Count;
        for (var t = 0; t < skinTriangles; t++)
        {
            var (a, b, c) = topology.Triangles[t];
            if (Grown(a) + Grown(b) + Grown(c) > 0.15f)
                mesh.Triangle(Lift(a), Lift(b), Lift(c), Material.Hair);
        }
        mesh.SmoothNormals(first, mesh.Vertices.Count, firstTriangle, mesh.Triangles.Count);

        float Grown(int vertex) => topology.Lips.ContainsKey(vertex) ? 0 : SkinPaint.Beard(traits.Beard.Style, topology.Points[vertex].U, topology.Points[vertex].V);

        int Lift(int vertex)
        {
            if (lifted.TryGetValue(vertex, out var known)) return known;
            var (u, v) = topology.Points[vertex];
            var skin = mesh.Vertices[vertex];
            var grown = Grown(vertex);
            var length = traits.Beard.Style switch { BeardStyle.Full => 1.5f, BeardStyle.Short => 0.45f, BeardStyle.Goatee => 0.8f, _ => 0.5f };
            var low = Smooth(-6.2f, -8.5f, v);
            var clump = 0.75f + 0.25f * MathF.Sin(u * 4.1f + 1.7f * MathF.Sin(v * 1.3f)) * MathF.Sin(v * 2.3f + u);
            var height = -0.1f + 0.36f * Smooth(0.1f, 0.6f, grown) + grown * (length - 0.24f) * low * clump;
            var downwards = new Vec3(0.2f * MathF.Sign(u) * Smooth(0.3f, 2, MathF.Abs(u)) * (v > -5.6f ? 1 : 0.3f), -1, 0.25f);
            var position = skin.Position + skin.Normal * height + new Vec3(0, -0.55f, 0) * (MathF.Max(0, height) * low);
            return lifted[vertex] = Bind(new(position, Vec3.Zero, traits.Beard.Colour) { U = u * 0.9f + 0.15f * v, V = v * 0.2f, Extra = downwards.Normalised() }, weights[vertex]);
        }
    }

    void PlaceLandmarks()
    {
        var anchors = FaceAnchors.Template;
        for (var i = 0; i <= 16; i++)
            LandmarkVertices[i] = anchors[i == 8 ? "jaw8" : i < 8 ? $"jaw{16 - i}-" : $"jaw{i}+"];
        for (var i = 0; i < 5; i++)
        {
            LandmarkVertices[17 + i] = browPoints[0, 4 - i];
            LandmarkVertices[22 + i] = browPoints[1, i];
        }
        string[] named =
        [
            "nasion", "bridge1", "bridge2", "noseTip", "alaBase-", "sill-", "subnasale", "sill+", "alaBase+",
        ];
        for (var i = 0; i < named.Length; i++) LandmarkVertices[27 + i] = anchors[named[i]];
        // From the corner at the picture's left: over the upper lid, then back under the lower one.
        ReadOnlySpan<int> left = [14, 9, 5, 0, 23, 19], right = [0, 5, 9, 14, 19, 23];
        for (var i = 0; i < 6; i++)
        {
            LandmarkVertices[36 + i] = topology.Lids[0, 1, left[i]];
            LandmarkVertices[42 + i] = topology.Lids[1, 1, right[i]];
        }
        string[] lips =
        [
            "lipCorner-", "lipTopSide-", "lipPeak-", "lipTop", "lipPeak+", "lipTopSide+", "lipCorner+",
            "lowLipFar+", "lowLipBottomSide+", "lowLipBottom", "lowLipBottomSide-", "lowLipFar-",
        ];
        for (var i = 0; i < lips.Length; i++) LandmarkVertices[48 + i] = anchors[lips[i]];
        (LandmarkVertices[60], LandmarkVertices[64]) = (topology.InnerCorners[0], topology.InnerCorners[1]);
        string[] inner = ["lipInnerSide-", "lipInner", "lipInnerSide+"], lower = ["lowLipInnerSide+", "lowLipInner", "lowLipInnerSide-"];
        for (var i = 0; i < 3; i++)
        {
            LandmarkVertices[61 + i] = anchors[inner[i]];
            LandmarkVertices[65 + i] = anchors[lower[i]];
        }
    }

    /// <summary>A strip of lashes on each upper lid; <see cref="Eyelids.Place"/> moves it.</summary>
    public int[,,] AddLashes()
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

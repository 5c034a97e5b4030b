using static TalkingHead.Datasets.Synthetic.Curves;

namespace TalkingHead.Datasets.Synthetic;

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
                    1 => upper ? Vec3.Lerp(skin.Skin * 0.5f, new(0.012f, 0.009f, 0.008f), 0.55f + 0.45f * traits.Eyes.Lashes) : skin.Skin * new Vec3(0.7f, 0.48f, 0.44f),
                    3 when upper => Vec3.Lerp(skin.Skin * new Vec3(0.68f, 0.52f, 0.5f), skin.Shadow, skin.EyeShadow),
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
                var over = bound.WeightsOf(edge[i]).Select(w => w * (1 - 0.6f * depth)).ToArray();
                ring[i] = bound.Bind(new(position, Vec3.Zero, Vec3.Lerp(new(0.22f, 0.05f, 0.045f), new(0.03f, 0.006f, 0.006f), depth)) { Occlusion = 1 - 0.7f * depth }, over);
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

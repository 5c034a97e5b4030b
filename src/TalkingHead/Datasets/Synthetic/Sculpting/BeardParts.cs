using static TalkingHead.Datasets.Synthetic.Curves;

namespace TalkingHead.Datasets.Synthetic;

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
            return lifted[vertex] = bound.Bind(new(position, Vec3.Zero, traits.Beard.Colour) { U = u * 0.9f + 0.15f * v, V = v * 0.2f, Extra = downwards.Normalised() }, bound.WeightsOf(vertex));
        }
    }
}

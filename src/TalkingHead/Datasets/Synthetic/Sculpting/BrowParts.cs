using static TalkingHead.Datasets.Synthetic.Curves;

namespace TalkingHead.Datasets.Synthetic;

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
                var half = (0.36f + 0.13f * face.BrowThick) * MathF.Pow(MathF.Max(0.0001f, MathF.Min(1, s * 7 + 0.55f) * (1 - s * s * s)), 0.7f);
                var v = centre - across * half;
                var (over, offset) = topology.Bind(side * u, v);
                var height = 0.06f + (0.2f + 0.05f * face.BrowThick) * (1 - across * across) * (1 - 0.6f * s);
                var strand = new Vec3(side, 0.55f - 0.9f * s, -0.45f * s).Normalised();
                var position = surface.At(over, offset) + surface.NormalAt(side * u, v) * height;
                var index = bound.Bind(new(position, Vec3.Zero, traits.Eyes.Brow) { U = across * 0.35f + s * 0.5f, V = s, Extra = strand }, over);
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

namespace TalkingHead.Datasets.Synthetic;

/// <summary>What a triangle is made of: how it is shaded, and whether its back is seen.</summary>
enum Material : byte { Skin, Hair, Cloth, Eye, Teeth, Mouth, Frame, Lash }

/// <summary>
/// A vertex of the neutral head. <see cref="Extra"/> is by material: skin (stubble, gloss, age lines), hair (the strand's
/// direction), cloth and frame (position at rest), eye (direction from the ball's centre; U tells the side).
/// <see cref="Head"/> is 1 where it turns with the head, 0 where it stays with the shoulders; <see cref="Jaw"/> marks what
/// turns with the jaw as one piece.
/// </summary>
record struct Vertex(Vec3 Position, Vec3 Normal, Vec3 Albedo)
{
    public Vec3 Extra;
    public float U, V;
    public float Head = 1;
    public float Occlusion = -1;
    public bool Jaw;
}

/// <summary>Vertices and triangles of a head as they are put together.</summary>
sealed class Mesh
{
    public readonly List<Vertex> Vertices = [];
    public readonly List<(int A, int B, int C, Material Material)> Triangles = [];

    public int Add(Vertex vertex)
    {
        Vertices.Add(vertex);
        return Vertices.Count - 1;
    }

    public void Triangle(int a, int b, int c, Material material) => Triangles.Add((a, b, c, material));

    /// <summary>
    /// A grid of vertices, row by row, seen from the side on which rows run down and columns run to the right. Normals come
    /// from its shape. Returns the first vertex.
    /// </summary>
    public int Sheet(int columns, int rows, bool closed, Material material, Func<int, int, Vertex> at)
    {
        var first = Vertices.Count;
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++) Vertices.Add(at(column, row));
        var firstTriangle = Triangles.Count;
        for (var row = 0; row + 1 < rows; row++)
            for (var column = 0; column < (closed ? columns : columns - 1); column++)
            {
                var next = (column + 1) % columns;
                int a = first + row * columns + column, b = first + row * columns + next;
                Triangle(a, a + columns, b, material);
                Triangle(b, a + columns, b + columns, material);
            }
        SmoothNormals(first, Vertices.Count, firstTriangle, Triangles.Count);
        return first;
    }

    /// <summary>Normals of a run of vertices from the triangles of a run, weighted by area.</summary>
    public void SmoothNormals(int firstVertex, int endVertex, int firstTriangle, int endTriangle)
    {
        var sums = new Vec3[endVertex - firstVertex];
        for (var t = firstTriangle; t < endTriangle; t++)
        {
            var (a, b, c, _) = Triangles[t];
            var normal = Vec3.Cross(Vertices[b].Position - Vertices[a].Position, Vertices[c].Position - Vertices[a].Position);
            Gather(a, normal);
            Gather(b, normal);
            Gather(c, normal);
        }
        for (var i = firstVertex; i < endVertex; i++)
            Vertices[i] = Vertices[i] with { Normal = sums[i - firstVertex].Normalised() };

        void Gather(int vertex, Vec3 normal)
        {
            if (vertex >= firstVertex && vertex < endVertex) sums[vertex - firstVertex] += normal;
        }
    }
}

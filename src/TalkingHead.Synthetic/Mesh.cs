namespace TalkingHead.Synthetic;

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

/// <summary>The part of a mesh that hangs on the face's anchors, and by which weights.</summary>
sealed class BoundMesh(Mesh mesh)
{
    readonly List<float[]> weights = [];

    public Mesh Mesh => mesh;

    public int Bind(Vertex vertex, float[] over)
    {
        weights.Add(over);
        return mesh.Add(vertex);
    }

    public float[] WeightsOf(int vertex) => weights[vertex];

    /// <summary>How every bound vertex moves when the anchors do.</summary>
    public Vec3[] Displacements(Vec3[] anchorMoves) => [.. weights.Select(over => FaceSurface.Blend(over, anchorMoves))];
}

/// <summary>Round tubes along a path.</summary>
static class Tubes
{
    public static void Add(Mesh mesh, int points, bool closed, Func<int, Vec3> path, Func<int, float> radius, int around, Material material,
        Vec3 colour, float head)
    {
        mesh.Sheet(around, points + (closed ? 1 : 0), true, material, (column, row) =>
        {
            var i = row % points;
            var before = path(closed ? (i + points - 1) % points : Math.Max(i - 1, 0));
            var after = path(closed ? (i + 1) % points : Math.Min(i + 1, points - 1));
            var along = (after - before).Normalised();
            var side = Vec3.Cross(along, MathF.Abs(along.Z) < 0.8f ? new(0, 0, 1) : Vec3.Up).Normalised();
            var up = Vec3.Cross(side, along);
            var turn = 2 * MathF.PI * column / around;
            var offset = (side * MathF.Cos(turn) + up * MathF.Sin(turn)) * radius(i);
            return new(path(i) + offset, Vec3.Zero, colour)
            {
                Extra = material == Material.Hair ? along : offset, Head = head,
                U = material == Material.Hair ? 0.6f * column : 0, V = 0.1f * row
            };
        });
    }
}

/// <summary>Delaunay triangulation by incremental insertion (Bowyer 1981, Watson 1981); counter-clockwise triangles.</summary>
static class Delaunay
{
    readonly record struct Triangle(int A, int B, int C, double X, double Y, double RadiusSquare);

    public static List<(int A, int B, int C)> Triangulate(IReadOnlyList<(float U, float V)> points)
    {
        var n = points.Count;
        // A hair's shift of every point: grids hold many points on one circle, which have no single triangulation.
        var jitter = new SeededRandom(68);
        var xs = new double[n + 3];
        var ys = new double[n + 3];
        for (var i = 0; i < n; i++)
        {
            xs[i] = points[i].U + (jitter.Next() - 0.5) * 2e-3;
            ys[i] = points[i].V + (jitter.Next() - 0.5) * 2e-3;
        }
        (xs[n], ys[n]) = (-1e4, -1e4);
        (xs[n + 1], ys[n + 1]) = (1e4, -1e4);
        (xs[n + 2], ys[n + 2]) = (0, 1e4);

        var triangles = new List<Triangle> { Make(n, n + 1, n + 2) };
        var edges = new List<(int From, int To)>();
        for (var i = 0; i < n; i++)
        {
            edges.Clear();
            for (var t = triangles.Count - 1; t >= 0; t--)
            {
                var triangle = triangles[t];
                var (dx, dy) = (xs[i] - triangle.X, ys[i] - triangle.Y);
                if (dx * dx + dy * dy >= triangle.RadiusSquare) continue;
                AddEdge(triangle.A, triangle.B);
                AddEdge(triangle.B, triangle.C);
                AddEdge(triangle.C, triangle.A);
                triangles[t] = triangles[^1];
                triangles.RemoveAt(triangles.Count - 1);
            }
            foreach (var (from, to) in edges) triangles.Add(Make(from, to, i));
        }
        return [.. triangles.Where(t => t.A < n && t.B < n && t.C < n).Select(t => (t.A, t.B, t.C))];

        // The edge of the hole: what two removed triangles share goes.
        void AddEdge(int from, int to)
        {
            if (!edges.Remove((to, from))) edges.Add((from, to));
        }

        Triangle Make(int a, int b, int c)
        {
            double bx = xs[b] - xs[a], by = ys[b] - ys[a], cx = xs[c] - xs[a], cy = ys[c] - ys[a];
            var twice = 2 * (bx * cy - by * cx);
            double bb = bx * bx + by * by, cc = cx * cx + cy * cy;
            double x = (cy * bb - by * cc) / twice, y = (bx * cc - cx * bb) / twice;
            return new(a, b, c, xs[a] + x, ys[a] + y, x * x + y * y);
        }
    }
}

/// <summary>
/// Thin-plate spline interpolation over scattered points of the plane (Duchon 1977): the value anywhere is a fixed linear
/// combination of the values at the points, so a surface follows its anchors by one matrix, whosever head it is.
/// </summary>
sealed class ThinPlate
{
    readonly float[] us, vs;
    readonly double[] inverse;
    readonly int order;

    public ThinPlate(IReadOnlyList<FaceAnchors.Anchor> anchors)
    {
        us = [.. anchors.Select(a => a.U)];
        vs = [.. anchors.Select(a => a.V)];
        var n = us.Length;
        order = n + 3;
        var system = new double[order * order];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) system[i * order + j] = Kernel(us[i] - us[j], vs[i] - vs[j]);
            for (var k = 0; k < 3; k++)
                system[i * order + n + k] = system[(n + k) * order + i] = k == 0 ? 1 : k == 1 ? us[i] : vs[i];
        }
        inverse = Invert(system, order);
    }

    /// <summary>The weight of every anchor at (u, v); they sum to one.</summary>
    public float[] WeightsAt(float u, float v)
    {
        var n = us.Length;
        Span<double> basis = stackalloc double[order];
        for (var i = 0; i < n; i++) basis[i] = Kernel(u - us[i], v - vs[i]);
        basis[n] = 1;
        basis[n + 1] = u;
        basis[n + 2] = v;
        Span<double> sums = stackalloc double[n];
        sums.Clear();
        for (var k = 0; k < order; k++)
        {
            var row = inverse.AsSpan(k * order, n);
            for (var i = 0; i < n; i++) sums[i] += basis[k] * row[i];
        }
        var weights = new float[n];
        for (var i = 0; i < n; i++) weights[i] = (float)sums[i];
        return weights;
    }

    /// <summary>A surface through values at the points, for many looks at it: one kernel a point instead of the weights' matrix.</summary>
    public Func<float, float, Vec3> Through(Vec3[] values)
    {
        var n = us.Length;
        var coefficients = new (double X, double Y, double Z)[order];
        for (var k = 0; k < order; k++)
        {
            var row = inverse.AsSpan(k * order, n);
            for (var i = 0; i < n; i++)
            {
                coefficients[k].X += row[i] * values[i].X;
                coefficients[k].Y += row[i] * values[i].Y;
                coefficients[k].Z += row[i] * values[i].Z;
            }
        }
        return (u, v) =>
        {
            var (x, y, z) = coefficients[n];
            Add(n + 1, u);
            Add(n + 2, v);
            for (var i = 0; i < n; i++) Add(i, Kernel(u - us[i], v - vs[i]));
            return new((float)x, (float)y, (float)z);

            void Add(int k, double basis)
            {
                x += basis * coefficients[k].X;
                y += basis * coefficients[k].Y;
                z += basis * coefficients[k].Z;
            }
        };
    }

    static double Kernel(double du, double dv)
    {
        var square = du * du + dv * dv;
        return square < 1e-12 ? 0 : 0.5 * square * Math.Log(square);
    }

    // Gauss-Jordan with partial pivoting: about 150 anchors, once a process.
    static double[] Invert(double[] a, int n)
    {
        var inverse = new double[n * n];
        for (var i = 0; i < n; i++) inverse[i * n + i] = 1;
        for (var column = 0; column < n; column++)
        {
            var pivot = column;
            for (var row = column + 1; row < n; row++)
                if (Math.Abs(a[row * n + column]) > Math.Abs(a[pivot * n + column])) pivot = row;
            if (Math.Abs(a[pivot * n + column]) < 1e-9)
                throw new InvalidOperationException("two anchors of the face stand at the same place of the chart.");
            Swap(a, n, pivot, column);
            Swap(inverse, n, pivot, column);
            var scale = 1 / a[column * n + column];
            for (var k = 0; k < n; k++)
            {
                a[column * n + k] *= scale;
                inverse[column * n + k] *= scale;
            }
            for (var row = 0; row < n; row++)
            {
                var factor = a[row * n + column];
                if (row == column || factor == 0) continue;
                for (var k = 0; k < n; k++)
                {
                    a[row * n + k] -= factor * a[column * n + k];
                    inverse[row * n + k] -= factor * inverse[column * n + k];
                }
            }
        }
        return inverse;
    }

    static void Swap(double[] a, int n, int one, int other)
    {
        if (one == other) return;
        for (var k = 0; k < n; k++) (a[one * n + k], a[other * n + k]) = (a[other * n + k], a[one * n + k]);
    }
}

namespace TalkingHead.Datasets.Synthetic;

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

namespace TalkingHead.Datasets.Synthetic;

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

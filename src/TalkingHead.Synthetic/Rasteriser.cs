namespace TalkingHead.Synthetic;

/// <summary>Which triangle is seen at each sample: perspective projection and a z-buffer. Scratch that a thread reuses.</summary>
sealed class Rasteriser
{
    public int Side;

    /// <summary>Per vertex: x and y in samples from the top left, and one over the distance.</summary>
    public float[] X = [], Y = [], Near = [];

    /// <summary>Per sample: the triangle seen, or -1.</summary>
    public int[] Seen = [];

    float[] depth = [];

    public void Project(ReadOnlySpan<Vec3> positions, Camera camera, int side)
    {
        Side = side;
        if (X.Length < positions.Length) (X, Y, Near) = (new float[positions.Length], new float[positions.Length],
            new float[positions.Length]);
        for (var i = 0; i < positions.Length; i++)
            (X[i], Y[i], Near[i]) = camera.Project(positions[i], side);
    }

    public void Draw(ReadOnlySpan<int> indices, ReadOnlySpan<Material> materials)
    {
        var samples = Side * Side;
        if (Seen.Length != samples) (Seen, depth) = (new int[samples], new float[samples]);
        Array.Fill(Seen, -1);
        Array.Clear(depth);
        for (var t = 0; t < materials.Length; t++) Fill(t, indices[3 * t], indices[3 * t + 1], indices[3 * t + 2], materials[t]);
    }

    static bool TwoSided(Material material) => material is Material.Hair or Material.Cloth or Material.Lash or Material.Mouth;

    void Fill(int triangle, int a, int b, int c, Material material)
    {
        float ax = X[a], ay = Y[a], bx = X[b], by = Y[b], cx = X[c], cy = Y[c];
        // Rows run down the picture, so what is counter-clockwise to the eye has a negative area.
        var area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
        if (area >= 0 && !TwoSided(material) || MathF.Abs(area) < 1e-9f) return;
        int left = Math.Max(0, (int)MathF.Ceiling(MathF.Min(ax, MathF.Min(bx, cx)) - 0.5f)), right = Math.Min(Side - 1,
            (int)MathF.Floor(MathF.Max(ax, MathF.Max(bx, cx)) - 0.5f));
        int top = Math.Max(0, (int)MathF.Ceiling(MathF.Min(ay, MathF.Min(by, cy)) - 0.5f)), bottom = Math.Min(Side - 1,
            (int)MathF.Floor(MathF.Max(ay, MathF.Max(by, cy)) - 0.5f));
        if (left > right || top > bottom) return;
        var inverse = 1 / area;
        float bStepX = (cy - ay) * inverse, bStepY = -(cx - ax) * inverse, cStepX = -(by - ay) * inverse, cStepY = (bx - ax) * inverse;
        float na = Near[a], nb = Near[b] - na, nc = Near[c] - na;
        for (var y = top; y <= bottom; y++)
        {
            float px = left + 0.5f - ax, py = y + 0.5f - ay;
            var wb = px * bStepX + py * bStepY;
            var wc = px * cStepX + py * cStepY;
            var i = y * Side + left;
            for (var x = left; x <= right; x++, i++, wb += bStepX, wc += cStepX)
            {
                if (wb < 0 || wc < 0 || wb + wc > 1) continue;
                var near = na + wb * nb + wc * nc;
                if (near <= depth[i]) continue;
                depth[i] = near;
                Seen[i] = triangle;
            }
        }
    }

    /// <summary>Perspective-correct weights of a triangle's three corners at a sample.</summary>
    public (float A, float B, float C) Weights(int a, int b, int c, int x, int y)
    {
        float ax = X[a], ay = Y[a];
        float abx = X[b] - ax, aby = Y[b] - ay, acx = X[c] - ax, acy = Y[c] - ay;
        var inverse = 1 / (abx * acy - aby * acx);
        float px = x + 0.5f - ax, py = y + 0.5f - ay;
        float wb = (px * acy - py * acx) * inverse * Near[b], wc = (abx * py - aby * px) * inverse * Near[c];
        var wa = (1 - (px * acy - py * acx) * inverse - (abx * py - aby * px) * inverse) * Near[a];
        var sum = 1 / (wa + wb + wc);
        return (wa * sum, wb * sum, wc * sum);
    }

    public bool FacesAway(int a, int b, int c) => (X[b] - X[a]) * (Y[c] - Y[a]) - (Y[b] - Y[a]) * (X[c] - X[a]) >= 0;
}

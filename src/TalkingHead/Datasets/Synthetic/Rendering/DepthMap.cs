namespace TalkingHead.Datasets.Synthetic;

/// <summary>How far the head reaches towards a light, seen in parallel from it: what lies clearly deeper is in shadow.</summary>
sealed class DepthMap(int side)
{
    const float Reach = 24; // cm from the middle that the map covers
    static readonly Vec3 Middle = new(0, -3, -1);

    readonly float[] depths = new float[side * side];
    float[] projected = [];
    Vec3 right, up, towards;

    public void Draw(ReadOnlySpan<Vec3> positions, ReadOnlySpan<int> indices, Vec3 light)
    {
        towards = light;
        right = Vec3.Cross(MathF.Abs(light.Y) < 0.95f ? Vec3.Up : new(0, 0, 1), light).Normalised();
        up = Vec3.Cross(light, right);
        Array.Fill(depths, float.NegativeInfinity);
        if (projected.Length < positions.Length * 3) projected = new float[positions.Length * 3];
        for (var i = 0; i < positions.Length; i++)
            (projected[3 * i], projected[3 * i + 1], projected[3 * i + 2]) = Project(positions[i]);
        for (var t = 0; t + 2 < indices.Length; t += 3) Fill(indices[t] * 3, indices[t + 1] * 3, indices[t + 2] * 3);
    }

    /// <summary>Share of the light that arrives, from a soft square of (2·<paramref name="radius"/>+1)² looks.</summary>
    public float Lit(Vec3 position, int radius, float bias)
    {
        var (x, y, depth) = Project(position);
        int cx = (int)x, cy = (int)y, clear = 0, looks = 0;
        for (var dy = -radius; dy <= radius; dy++)
            for (var dx = -radius; dx <= radius; dx++)
            {
                int ix = cx + dx, iy = cy + dy;
                if ((uint)ix >= (uint)side || (uint)iy >= (uint)side) continue;
                looks++;
                if (depths[iy * side + ix] <= depth + bias) clear++;
            }
        return looks == 0 ? 1 : (float)clear / looks;
    }

    (float X, float Y, float Depth) Project(Vec3 p)
    {
        var q = p - Middle;
        var scale = 0.5f * side / Reach;
        return (Vec3.Dot(q, right) * scale + 0.5f * side, Vec3.Dot(q, up) * scale + 0.5f * side, Vec3.Dot(q, towards));
    }

    void Fill(int a, int b, int c)
    {
        float ax = projected[a], ay = projected[a + 1], bx = projected[b], by = projected[b + 1], cx = projected[c], cy = projected[c + 1];
        var area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
        if (MathF.Abs(area) < 1e-9f) return;
        var inverse = 1 / area;
        int left = Math.Max(0, (int)MathF.Ceiling(MathF.Min(ax, MathF.Min(bx, cx)) - 0.5f)), right = Math.Min(side - 1, (int)MathF.Floor(MathF.Max(ax, MathF.Max(bx, cx)) - 0.5f));
        int low = Math.Max(0, (int)MathF.Ceiling(MathF.Min(ay, MathF.Min(by, cy)) - 0.5f)), high = Math.Min(side - 1, (int)MathF.Floor(MathF.Max(ay, MathF.Max(by, cy)) - 0.5f));
        for (var y = low; y <= high; y++)
            for (var x = left; x <= right; x++)
            {
                float px = x + 0.5f, py = y + 0.5f;
                var wb = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) * inverse;
                var wc = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) * inverse;
                var wa = 1 - wb - wc;
                if (wa < 0 || wb < 0 || wc < 0) continue;
                var depth = wa * projected[a + 2] + wb * projected[b + 2] + wc * projected[c + 2];
                ref var here = ref depths[y * side + x];
                if (depth > here) here = depth;
            }
    }
}

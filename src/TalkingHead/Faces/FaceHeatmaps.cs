namespace TalkingHead.Faces;

/// <summary>Landmarks from the 68 heatmaps of a face alignment network (Bulat and Tzimiropoulos 2017).</summary>
static class FaceHeatmaps
{
    /// <summary>Cells around the peak that share in its place, so that a point falls between cells.</summary>
    const int Reach = 2;

    /// <summary>
    /// The points in map cells, where the centre of the first cell is (0, 0), and the mean height of the peaks: about
    /// 0.5 and more for a face, near 0 for none.
    /// </summary>
    /// <param name="maps">68 maps of height x width, row by row.</param>
    /// <param name="width">Of a map.</param>
    /// <param name="height">Of a map.</param>
    public static (float[] Points, double Confidence) Decode(ReadOnlySpan<float> maps, int width, int height)
    {
        if (maps.Length != Landmarks.Count * width * height)
            throw new ArgumentException($"{Landmarks.Count} maps of {width}x{height} hold {Landmarks.Count * width * height} values, got {maps.Length}.", nameof(maps));
        var points = new float[2 * Landmarks.Count];
        double confidence = 0;
        for (var i = 0; i < Landmarks.Count; i++)
        {
            var map = maps.Slice(i * width * height, width * height);
            var peak = Peak(map);
            confidence += Math.Max(0, map[peak]) / Landmarks.Count;
            (points[2 * i], points[2 * i + 1]) = Centre(map, width, height, peak % width, peak / width);
        }

        return (points, confidence);
    }

    static int Peak(ReadOnlySpan<float> map)
    {
        var best = 0;
        for (var i = 1; i < map.Length; i++)
        {
            if (map[i] > map[best])
                best = i;
        }

        return best;
    }

    // The centre of mass of what is positive around the peak.
    static (float X, float Y) Centre(ReadOnlySpan<float> map, int width, int height, int x, int y)
    {
        double mass = 0, across = 0, down = 0;
        for (var v = Math.Max(0, y - Reach); v <= Math.Min(height - 1, y + Reach); v++)
        {
            for (var u = Math.Max(0, x - Reach); u <= Math.Min(width - 1, x + Reach); u++)
            {
                var value = map[v * width + u];
                if (!(value > 0))
                    continue;
                (mass, across, down) = (mass + value, across + value * (u - x), down + value * (v - y));
            }
        }

        return mass > 0 ? ((float)(x + across / mass), (float)(y + down / mass)) : (x, y);
    }
}

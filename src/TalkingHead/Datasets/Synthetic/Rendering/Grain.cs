namespace TalkingHead.Datasets.Synthetic;

/// <summary>Smooth noise in -1..1 over the plane, repeating every 64 units: pores, strands, weave.</summary>
static class Grain
{
    const int Period = 64;
    static readonly float[] Lattice = Make();

    static float[] Make()
    {
        var random = new SeededRandom(1917);
        var lattice = new float[Period * Period];
        for (var i = 0; i < lattice.Length; i++) lattice[i] = 2 * random.Next() - 1;
        return lattice;
    }

    public static float At(float x, float y)
    {
        float fx = MathF.Floor(x), fy = MathF.Floor(y);
        float tx = x - fx, ty = y - fy;
        int x0 = (int)fx & (Period - 1), y0 = ((int)fy & (Period - 1)) * Period, x1 = (x0 + 1) & (Period - 1), y1 = (y0 + Period) & (Period * Period - 1);
        tx *= tx * (3 - 2 * tx);
        ty *= ty * (3 - 2 * ty);
        float a = Lattice[y0 + x0], b = Lattice[y0 + x1], c = Lattice[y1 + x0], d = Lattice[y1 + x1];
        return a + (b - a) * tx + (c - a + (a - b - c + d) * tx) * ty;
    }
}

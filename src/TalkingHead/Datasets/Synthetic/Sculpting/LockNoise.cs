using static TalkingHead.Datasets.Synthetic.Curves;

namespace TalkingHead.Datasets.Synthetic;

/// <summary>A person's own smooth noise in -1..1 along a line: which lock is longer, thicker, lighter.</summary>
sealed class LockNoise
{
    readonly float[] values = new float[256];

    public LockNoise(ulong seed)
    {
        var random = new SeededRandom(seed);
        for (var i = 0; i < values.Length; i++) values[i] = 2 * random.Next() - 1;
    }

    public float At(float x)
    {
        var i = (int)MathF.Floor(x);
        return Lerp(values[i & 255], values[(i + 1) & 255], Smooth(0, 1, x - i));
    }
}

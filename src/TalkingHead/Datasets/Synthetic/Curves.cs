namespace TalkingHead.Datasets.Synthetic;

/// <summary>The few scalar curves that sculpting, shading and motion share.</summary>
static class Curves
{
    public static float Lerp(float a, float b, float t) => a + (b - a) * t;

    public static float Clamp01(float x) => x < 0 ? 0 : x > 1 ? 1 : x;

    /// <summary>0 at or before <paramref name="from"/>, 1 at or after <paramref name="to"/> (which may lie below it), smooth between.</summary>
    public static float Smooth(float from, float to, float x)
    {
        var t = Clamp01((x - from) / (to - from));
        return t * t * (3 - 2 * t);
    }

    /// <summary>1 at 0, falling off like a bell whose standard deviation is <paramref name="width"/>.</summary>
    public static float Bell(float x, float width) => MathF.Exp(-0.5f * x * x / (width * width));

    public static float Square(float x) => x * x;
}

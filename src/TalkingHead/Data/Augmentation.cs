using TalkingHead.Faces;

namespace TalkingHead.Data;

/// <summary>
/// A change of colours for all frames of an episode: two turns of the hue, with saturation, contrast and brightness, that
/// blend across the frame in one direction. To the networks it is another person in another room, clothes and all: where
/// there are few people to learn from, E learns to look rather than to recognise whom it knows.
/// </summary>
public sealed class ColorAugmentation
{
    readonly float[] from, to; // (3,4) each: output channel, input channels and offset, in bytes
    readonly float across, down, begin; // the blend at (x, y), in sides: across x + down y - begin, within 0 to 1

    internal ColorAugmentation(float[] from, float[] to, float across = 0, float down = 0, float begin = 0) =>
        (this.from, this.to, this.across, this.down, this.begin) = (from, to, across, down, begin);

    /// <summary>
    /// Hues turned by at most 0.4 (radians); saturation and contrast times 0.6 to 1.4; brightness moved by at most an eighth
    /// of the range; a blend as wide as half of the frame's side, anywhere.
    /// </summary>
    internal static ColorAugmentation Draw(ref CounterRandom random)
    {
        float[] from = DrawMatrix(ref random), to = DrawMatrix(ref random);
        var (down, across) = MathF.SinCos(Between(0, 2 * MathF.PI, ref random));
        var middle = across * Between(0.2f, 0.8f, ref random) + down * Between(0.2f, 0.8f, ref random);
        return new(from, to, 2 * across, 2 * down, 2 * middle - 0.5f);
    }

    /// <summary>The change of one turn of the hue (radians), two factors and an offset in bytes.</summary>
    internal static float[] Matrix(float angle, float saturation, float contrast, float brightness)
    {
        // The mean of the channels stays; what is beside it turns about the grey axis (Rodrigues' formula).
        var (sin, cos) = MathF.SinCos(angle);
        float third = (1 - cos) / 3, side = sin / MathF.Sqrt(3);
        float[] turn = [cos + third, third - side, third + side, third + side, cos + third, third - side, third - side, third + side,
            cos + third];
        var matrix = new float[12];
        for (var to = 0; to < 3; to++)
        {
            for (var from = 0; from < 3; from++)
                matrix[4 * to + from] = contrast * (saturation * turn[3 * to + from] + (1 - saturation) / 3);
            matrix[4 * to + 3] = 127.5f * (1 - contrast) + brightness + 0.5f;
        }

        return matrix;
    }

    /// <summary>Changes planes of red, green and blue, <paramref name="side"/> pixels square, in place.</summary>
    internal void Apply(Span<byte> planes, int side)
    {
        var count = side * side;
        Span<byte> red = planes[..count], green = planes[count..(2 * count)], blue = planes[(2 * count)..];
        Span<float> m = stackalloc float[12];
        for (var i = 0; i < count; i++)
        {
            var share = Math.Clamp((across * (i % side) + down * (i / side)) / side - begin, 0, 1);
            for (var k = 0; k < m.Length; k++)
                m[k] = from[k] + share * (to[k] - from[k]);
            float r = red[i], g = green[i], b = blue[i];
            red[i] = Byte(m[0] * r + m[1] * g + m[2] * b + m[3]);
            green[i] = Byte(m[4] * r + m[5] * g + m[6] * b + m[7]);
            blue[i] = Byte(m[8] * r + m[9] * g + m[10] * b + m[11]);
        }
    }

    static float[] DrawMatrix(ref CounterRandom random) =>
        Matrix(Between(-0.4f, 0.4f, ref random), Between(0.6f, 1.4f, ref random), Between(0.6f, 1.4f, ref random),
            Between(-32, 32, ref random));

    static float Between(float low, float high, ref CounterRandom random) => low + (high - low) * (float)random.Unit();

    static byte Byte(float value) => (byte)Math.Clamp(value, 0f, 255f);
}

/// <summary>
/// A frame of another clip that stands around the head in every frame of an episode, its room and clothes. To the
/// networks it is another person: where there are few people to learn from, E learns to look at the surroundings rather
/// than to recall those of a face it knows.
/// </summary>
/// <param name="Clip">Number of the clip in the dataset.</param>
/// <param name="Frame">Its frame.</param>
public readonly record struct BackgroundSwap(int Clip, int Frame)
{
    // The ellipse's middle above the chin and its half-axes, in heights of the landmarks (brows to chin); hair and neck
    // are within. It is never narrower than a face seen from the front.
    const float Middle = 0.85f, Tall = 1.12f, Wide = 0.725f, Narrowest = 0.8f;

    // The rim, in half-axes: inside all is the head's own, outside all is the other clip's.
    const float RimFrom = 0.95f, RimWidth = 0.12f;

    /// <summary>
    /// Replaces what lies outside of an ellipse around the head, in planes of red, green and blue, <paramref name="side"/>
    /// pixels square.
    /// </summary>
    internal static void Blend(ReadOnlySpan<byte> other, Landmarks head, Span<byte> planes, int side)
    {
        var count = side * side;
        var box = head.Bounds;
        float height = (float)(box.Bottom - box.Top), width = Math.Max((float)(box.Right - box.Left), Narrowest * height);
        float x = (float)(box.Left + box.Right) / 2, y = (float)box.Bottom - Middle * height;
        for (var i = 0; i < count; i++)
        {
            float across = (i % side - x) / (Wide * width), down = (i / side - y) / (Tall * height);
            var share = Math.Clamp((MathF.Sqrt(across * across + down * down) - RimFrom) / RimWidth, 0, 1);
            if (share == 0)
                continue;
            for (var at = i; at < planes.Length; at += count)
                planes[at] = (byte)(planes[at] + share * (other[at] - planes[at]) + 0.5f);
        }
    }
}

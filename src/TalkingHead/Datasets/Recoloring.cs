namespace TalkingHead.Datasets;

/// <summary>
/// One change of colours for all frames of an episode: the hue turned, saturation, contrast and brightness moved. To the
/// networks it is another person in another room, at another's landmarks: where there are few people to learn from, E
/// learns to look at colours rather than to recognise whom it knows.
/// </summary>
public readonly struct Recoloring
{
    // Luma of ITU-R BT.601, which a turn of the hue keeps.
    const float Red = 0.299f, Green = 0.587f, Blue = 0.114f;

    readonly float[] matrix; // (3,4): output channel, input channels and offset, in bytes

    Recoloring(float[] matrix) => this.matrix = matrix;

    /// <summary>Any hue; saturation and contrast times 0.6 to 1.4; brightness moved by at most an eighth of the range.</summary>
    internal static Recoloring Draw(ref CounterRandom random)
    {
        var angle = (float)(2 * Math.PI * random.Unit());
        float saturation = Between(0.6, 1.4, ref random), contrast = Between(0.6, 1.4, ref random), brightness = Between(-32, 32, ref random);
        return Of(angle, saturation, contrast, brightness);

        static float Between(double low, double high, ref CounterRandom random) => (float)(low + (high - low) * random.Unit());
    }

    /// <summary>The change of one turn of the hue (radians), two factors and an offset in bytes.</summary>
    internal static Recoloring Of(float angle, float saturation, float contrast, float brightness)
    {
        // A grey part, luma in every channel, and the rest, which turns about the grey axis (Rodrigues' formula).
        var (sin, cos) = MathF.SinCos(angle);
        float third = (1 - cos) / 3, side = sin / MathF.Sqrt(3);
        float[] turn = [cos + third, third - side, third + side, third + side, cos + third, third - side, third - side, third + side, cos + third];
        float[] luma = [Red, Green, Blue], matrix = new float[12];
        for (var to = 0; to < 3; to++)
        {
            for (var from = 0; from < 3; from++)
            {
                var turned = 0f; // of the colour less its luma
                for (var via = 0; via < 3; via++)
                    turned += turn[3 * to + via] * ((via == from ? 1 : 0) - luma[from]);
                matrix[4 * to + from] = contrast * (luma[from] + saturation * turned);
            }

            matrix[4 * to + 3] = 127.5f * (1 - contrast) + brightness + 0.5f;
        }

        return new(matrix);
    }

    /// <summary>Changes planes of red, green and blue in place.</summary>
    internal void Apply(Span<byte> planes)
    {
        var count = planes.Length / 3;
        Span<byte> red = planes[..count], green = planes[count..(2 * count)], blue = planes[(2 * count)..];
        var m = matrix;
        for (var i = 0; i < count; i++)
        {
            float r = red[i], g = green[i], b = blue[i];
            red[i] = Byte(m[0] * r + m[1] * g + m[2] * b + m[3]);
            green[i] = Byte(m[4] * r + m[5] * g + m[6] * b + m[7]);
            blue[i] = Byte(m[8] * r + m[9] * g + m[10] * b + m[11]);
        }
    }

    static byte Byte(float value) => (byte)Math.Clamp(value, 0f, 255f);
}

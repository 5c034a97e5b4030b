namespace TalkingHead.Datasets.Synthetic;

/// <summary>From linear light to bytes.</summary>
static class Tone
{
    const int Steps = 4096;
    static readonly byte[] Codes = MakeCodes();

    static byte[] MakeCodes()
    {
        var codes = new byte[Steps + 1];
        for (var i = 0; i <= Steps; i++)
        {
            var x = (float)i / Steps;
            codes[i] = (byte)(255 * (x <= 0.0031308f ? 12.92f * x : 1.055f * MathF.Pow(x, 1 / 2.4f) - 0.055f) + 0.5f);
        }
        return codes;
    }

    /// <summary>Straight up to 0.6, then a shoulder that reaches 1 only at infinity, so highlights keep their colour.</summary>
    public static Vec3 Compress(Vec3 c) => new(Shoulder(c.X), Shoulder(c.Y), Shoulder(c.Z));

    static float Shoulder(float x) => x < 0.6f ? x : 0.6f + 0.4f * (x - 0.6f) / (x - 0.2f);

    /// <summary>sRGB (IEC 61966-2-1).</summary>
    public static void Write(Vec3 colour, byte[] rgb, int at)
    {
        rgb[at] = Code(colour.X);
        rgb[at + 1] = Code(colour.Y);
        rgb[at + 2] = Code(colour.Z);
    }

    static byte Code(float x) => Codes[(int)(Math.Clamp(x, 0, 1) * Steps + 0.5f)];
}

namespace TalkingHead.Datasets.Synthetic;

/// <summary>Colours as designers write them (sRGB hexadecimal), handed out linear.</summary>
static class Palette
{
    public static readonly Vec3[] Skins = Linear(
        0xF6D3C0, 0xF2C6AC, 0xEDBE9C, 0xE6B08A, 0xDCA27A, 0xD09468, 0xBE8056, 0xAC744E, 0x966042, 0x845338, 0x704731, 0x5F3D2C);

    public static readonly Vec3[] NaturalHair = Linear(
        0x15110F, 0x1E1613, 0x2A1C15, 0x3B261A, 0x523420, 0x6B4428, 0x8A5A32, 0xA8763F, 0xC79A58, 0xDDBB7C, 0x8E3F1E, 0xB4562A, 0x6A2A1C);

    public static readonly Vec3[] GreyHair = Linear(0xB9B7B4, 0x8D8A88, 0xDCDAD6, 0x6A6664);

    public static readonly Vec3[] DyedHair = Linear(0xC44A86, 0x3E6CB8, 0x2E8F86, 0x7A4AA8, 0xD94F3A, 0x5FA04E);

    public static readonly Vec3[] Irises = Linear(0x3A2214, 0x4B2E1A, 0x6B4423, 0x7F6A2E, 0x5E7F45, 0x4C8FA8, 0x3F74B5, 0x7C93A4, 0x2A1A12);

    public static readonly Vec3[] Cloths = Linear(
        0xD8412F, 0xE8892B, 0xF2C14E, 0x5D9C59, 0x2E7D76, 0x2F6DB5, 0x26407A, 0x6C4AA0, 0xB8477E, 0xEDE6DA, 0x2B2D33, 0x7D8794, 0x8A5A3C, 0xA9C5D6, 0xF0A6A0, 0x3F5B3A);

    public static readonly Vec3[] Frames = Linear(0x15120F, 0x3B2314, 0x7A1E1E, 0x1E3A6A, 0xB98A3A, 0x8C9196, 0x6B2C5C);

    public static readonly Vec3[] Walls = Linear(
        0xC7D3DA, 0xDCCFB8, 0x9FB8AD, 0xB3A6C9, 0xE0B7A0, 0x6F8FAF, 0x47606B, 0x8A6F5A, 0xCFE0C3, 0x3C4454, 0xD98F70, 0xE9D9A6, 0x5B7F6B, 0x7C4F5C);

    public static Vec3 FromHex(int hex) => new(Linearise(hex >> 16 & 255), Linearise(hex >> 8 & 255), Linearise(hex & 255));

    static Vec3[] Linear(params ReadOnlySpan<int> hexes)
    {
        var colours = new Vec3[hexes.Length];
        for (var i = 0; i < hexes.Length; i++) colours[i] = FromHex(hexes[i]);
        return colours;
    }

    // IEC 61966-2-1.
    static float Linearise(int code)
    {
        var c = code / 255f;
        return c <= 0.04045f ? c / 12.92f : MathF.Pow((c + 0.055f) / 1.055f, 2.4f);
    }
}

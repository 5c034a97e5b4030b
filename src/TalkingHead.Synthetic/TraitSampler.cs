namespace TalkingHead.Synthetic;

enum HairStyle
{
    Bald, Buzz, Short, SidePart, Quiff, Receding, Bob, FringeBob, Long, LongFringe, Wavy, Bun, Ponytail, Curly, Afro, Mohawk,
    Beanie, Headscarf
}

enum BeardStyle { None, Stubble, Moustache, Goatee, Short, Full }

enum GlassesStyle { None, Round, Square, CatEye, Half }

enum ClothesStyle { Crew, VNeck, Turtleneck, Shirt, Hoodie, Blazer, Straps }

enum BackdropStyle { Gradient, Bokeh, Wall, Window, Shelves }

/// <summary>The shape of a skull, jaw and features: deviations from the template, about -1 to 1, 0 the template.</summary>
sealed record FaceTraits
{
    public float Width, Length, Cranium, Forehead, JawWidth, JawAngle, ChinWidth, ChinForward, ChinLength, Cheekbones, CheekFat, Masculine;
    public float NoseLength, NoseWidth, NoseForward, NoseBridge, NoseTip, NoseHump;
    public float MouthWidth, UpperLip, LowerLip, LipsForward, MouthHeight;
    public float EyeSize, EyeOpen, EyeApart, EyeTilt, EyeDepth, EyeRound;
    public float BrowHeight, BrowArch, BrowThick, BrowSlant, BrowRidge;
    public float EarSize, EarOut, NeckWidth, Asymmetry;
}

/// <summary>Colours are linear RGB.</summary>
sealed record SkinTraits(Vec3 Skin, Vec3 Lips, float Blush, float Freckles, float Age, Vec3 Shadow, float EyeShadow);

sealed record EyeTraits(Vec3 Iris, float IrisSize, float Lashes, Vec3 Brow);

/// <summary><see cref="Natural"/> colours brows and beard, whatever is on the head.</summary>
sealed record HairTraits(HairStyle Style, Vec3 Natural, Vec3 Colour, Vec3 Tip, float Volume, float Length, float PartSide, float Curl,
    ulong Seed);

sealed record BeardTraits(BeardStyle Style, Vec3 Colour, float Density);

sealed record GlassesTraits(GlassesStyle Style, Vec3 Frame, float Size, float Thickness);

sealed record ClothesTraits(ClothesStyle Style, Vec3 Main, Vec3 Second, int Pattern, float Shoulders);

sealed record BackdropTraits(BackdropStyle Style, Vec3 Low, Vec3 High, Vec3 Accent, ulong Seed);

/// <summary>Everything that makes one synthetic person.</summary>
sealed record Traits(
    FaceTraits Face, SkinTraits Skin, EyeTraits Eyes, HairTraits Hair, BeardTraits Beard, GlassesTraits Glasses, ClothesTraits Clothes,
    BackdropTraits Backdrop);

/// <summary>Draws a person. What goes together in life goes together loosely here: age and grey, hair and skin, beard and jaw.</summary>
static class TraitSampler
{
    public static Traits Draw(ulong seed, int identity)
    {
        var random = new SeededRandom(seed, (ulong)identity, 1);
        var masculine = Curves.Clamp01(0.5f + (random.Chance(0.5f) ? 0.36f : -0.36f) + 0.14f * random.Normal());
        var age = Curves.Clamp01(MathF.Pow(random.Next(), 1.3f));
        var tone = random.Below(Palette.Skins.Length);
        var face = DrawFace(new(seed, (ulong)identity, 2), masculine, age);
        var skin = DrawSkin(new(seed, (ulong)identity, 3), tone, masculine, age);
        var hair = DrawHair(new(seed, (ulong)identity, 4), tone, masculine, age);
        var beard = DrawBeard(new(seed, (ulong)identity, 5), hair, masculine, age);
        return new(
            face, skin, DrawEyes(new(seed, (ulong)identity, 6), tone, masculine, hair), hair, beard,
            DrawGlasses(new(seed, (ulong)identity, 7), age, masculine),
            DrawClothes(new(seed, (ulong)identity, 8), masculine, hair),
            DrawBackdrop(new(seed, (ulong)identity, 9)));
    }

    static FaceTraits DrawFace(SeededRandom r, float masculine, float age)
    {
        var m = 2 * masculine - 1;
        return new()
        {
            Masculine = m,
            Width = 0.75f * r.Normal(),
            Length = 0.7f * r.Normal() + 0.1f * m,
            Cranium = 0.6f * r.Normal(),
            Forehead = 0.6f * r.Normal(),
            JawWidth = 0.7f * r.Normal() + 0.55f * m,
            JawAngle = 0.6f * r.Normal() + 0.4f * m,
            ChinWidth = 0.7f * r.Normal() + 0.45f * m,
            ChinForward = 0.6f * r.Normal() + 0.2f * m,
            ChinLength = 0.6f * r.Normal() + 0.25f * m,
            Cheekbones = 0.6f * r.Normal() - 0.1f * m,
            CheekFat = MathF.Max(-0.7f, 0.9f * r.Normal() - 0.2f * age),
            NoseLength = 0.6f * r.Normal() + 0.2f * m + 0.3f * age,
            NoseWidth = 0.8f * r.Normal() + 0.25f * m,
            NoseForward = 0.7f * r.Normal() + 0.2f * m,
            NoseBridge = 0.7f * r.Normal() + 0.2f * m,
            NoseTip = 0.8f * r.Normal() - 0.3f * m,
            NoseHump = MathF.Max(-0.7f, 0.7f * r.Normal()),
            MouthWidth = 0.7f * r.Normal(),
            UpperLip = 0.75f * r.Normal() - 0.35f * m - 0.3f * age,
            LowerLip = 0.75f * r.Normal() - 0.25f * m - 0.2f * age,
            LipsForward = 0.6f * r.Normal(),
            MouthHeight = 0.5f * r.Normal(),
            EyeSize = 0.6f * r.Normal() - 0.35f * m,
            EyeOpen = 0.6f * r.Normal() - 0.25f * m - 0.3f * age,
            EyeApart = 0.6f * r.Normal(),
            EyeTilt = 0.8f * r.Normal() - 0.2f * m - 0.3f * age,
            EyeDepth = 0.5f * r.Normal() + 0.3f * m,
            EyeRound = 0.6f * r.Normal(),
            BrowHeight = 0.6f * r.Normal() - 0.35f * m,
            BrowArch = 0.7f * r.Normal() - 0.35f * m,
            BrowThick = 0.7f * r.Normal() + 0.5f * m,
            BrowSlant = 0.7f * r.Normal(),
            BrowRidge = 0.5f * r.Normal() + 0.6f * m,
            EarSize = 0.7f * r.Normal() + 0.3f * age,
            EarOut = 0.7f * r.Normal(),
            NeckWidth = 0.5f * r.Normal() + 0.75f * m,
            Asymmetry = 0.5f * r.Normal(),
        };
    }

    static SkinTraits DrawSkin(SeededRandom r, int tone, float masculine, float age)
    {
        var skin = Palette.Skins[tone] * new Vec3(1 + 0.03f * r.Normal(), 1 + 0.02f * r.Normal(), 1.04f + 0.03f * r.Normal());
        var made = masculine < 0.45f && r.Chance(0.45f);
        var natural = skin * new Vec3(0.8f, 0.42f, 0.43f);
        ReadOnlySpan<int> sticks = [0xB3202E, 0xC23B5A, 0x8E1F3C, 0xD0574A, 0xA83A6A];
        var lips = made ? Vec3.Lerp(natural, Palette.FromHex(r.Pick(sticks)), r.Between(0.4f, 0.9f)) : natural;
        ReadOnlySpan<int> shadows = [0x5A3A5E, 0x2E5470, 0x7A4A32, 0x3F3A4A];
        return new(
            skin, lips, r.Between(0.25f, 1f) * (tone < 7 ? 1 : 0.5f),
            tone < 5 && r.Chance(0.22f) ? r.Between(0.4f, 1) : 0, age,
            Palette.FromHex(r.Pick(shadows)), made && r.Chance(0.6f) ? r.Between(0.25f, 0.6f) : 0);
    }

    static EyeTraits DrawEyes(SeededRandom r, int tone, float masculine, HairTraits hair)
    {
        var iris = tone > 6 ? r.Pick(Palette.Irises.AsSpan(0, 3)) : r.Pick(Palette.Irises);
        var brow = Vec3.Lerp(hair.Natural, Palette.NaturalHair[1], 0.4f);
        return new(iris, r.Between(0.84f, 1.04f), Curves.Clamp01(0.95f - 0.75f * masculine + 0.15f * r.Normal()), brow);
    }

    static HairTraits DrawHair(SeededRandom r, int tone, float masculine, float age)
    {
        // One weight a style, in the order of the enumeration: at the masculine and at the feminine end.
        ReadOnlySpan<float> his = [0.9f, 1.1f, 2.2f, 1.8f, 1.8f, 0.8f, 0.15f, 0.1f, 0.5f, 0, 0.3f, 0.35f, 0.25f, 1.3f, 0.8f, 0.5f, 0.8f, 0];
        ReadOnlySpan<float> hers = [0.1f, 0.2f, 0.6f, 0.5f, 0.3f, 0, 1.7f, 1.5f, 1.9f, 1.3f, 1.8f, 1.5f, 1.3f, 1.0f, 0.9f, 0.1f,
            0.5f, 0.9f];
        Span<float> weights = stackalloc float[his.Length];
        for (var i = 0; i < weights.Length; i++) weights[i] = Curves.Lerp(hers[i], his[i], masculine);
        if (age > 0.6f) weights[(int)HairStyle.Receding] += 2 * masculine;
        if (tone > 8) weights[(int)HairStyle.Afro] += 1.5f;
        var style = (HairStyle)r.Weighted(weights);

        var dark = tone > 6;
        var colour = r.Pick(dark ? Palette.NaturalHair.AsSpan(0, 5) : Palette.NaturalHair);
        if (!dark && r.Chance(0.35f)) colour = r.Pick(Palette.NaturalHair.AsSpan(6));
        if (r.Chance(MathF.Max(0, age - 0.55f) * 2)) colour = Vec3.Lerp(colour, r.Pick(Palette.GreyHair), r.Between(0.6f, 1));
        var natural = colour;
        if (style != HairStyle.Receding && r.Chance(0.07f)) colour = r.Pick(Palette.DyedHair);
        if (style is HairStyle.Beanie or HairStyle.Headscarf) colour = r.Pick(Palette.Cloths);
        var tip = r.Chance(0.25f) ? colour * r.Between(1.5f, 2.2f) : colour * r.Between(0.95f, 1.25f);
        return new(style, natural, colour, tip, r.Between(0.75f, 1.3f), r.Between(0.7f, 1.25f),
            r.Chance(0.5f) ? r.Between(0.5f, 1) : -r.Between(0.5f, 1), r.Next(), r.NextBits());
    }

    static BeardTraits DrawBeard(SeededRandom r, HairTraits hair, float masculine, float age)
    {
        ReadOnlySpan<float> weights = [2.6f, 1.2f, 0.7f, 0.7f, 1.3f, 1.1f];
        var style = masculine > 0.62f ? (BeardStyle)r.Weighted(weights) : BeardStyle.None;
        var colour = Vec3.Lerp(hair.Natural, Palette.GreyHair[0], r.Chance(age * 0.6f) ? r.Between(0.2f, 0.6f) : 0);
        return new(style, colour * 0.9f, r.Between(0.6f, 1));
    }

    static GlassesTraits DrawGlasses(SeededRandom r, float age, float masculine)
    {
        var style = r.Chance(0.16f + 0.2f * age) ? (GlassesStyle)(1 + r.Below(4)) : GlassesStyle.None;
        if (style == GlassesStyle.CatEye && masculine > 0.6f) style = GlassesStyle.Square;
        return new(style, r.Pick(Palette.Frames), r.Between(0.9f, 1.15f), r.Between(0.13f, 0.24f));
    }

    static ClothesTraits DrawClothes(SeededRandom r, float masculine, HairTraits hair)
    {
        ReadOnlySpan<float> weights = [2, 1.2f, 1, 1.4f, 1.2f, 1.2f, masculine < 0.4f && hair.Style != HairStyle.Headscarf ? 1.2f : 0];
        var style = (ClothesStyle)r.Weighted(weights);
        var main = r.Pick(Palette.Cloths);
        var second = r.Pick(Palette.Cloths);
        return new(style, main, style == ClothesStyle.Blazer ? Vec3.Lerp(second, Vec3.One * 0.8f, 0.6f) : second,
            r.Chance(0.45f) ? 1 + r.Below(3) : 0, r.Normal() * 0.6f + masculine - 0.5f);
    }

    static BackdropTraits DrawBackdrop(SeededRandom r)
    {
        var style = (BackdropStyle)r.Below(5);
        var low = r.Pick(Palette.Walls);
        var high = Vec3.Lerp(low, r.Pick(Palette.Walls), r.Between(0.3f, 1));
        var dim = r.Between(0.45f, 1);
        return new(style, low * dim, high * dim, r.Pick(Palette.Cloths), r.NextBits());
    }
}

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
        0xD8412F, 0xE8892B, 0xF2C14E, 0x5D9C59, 0x2E7D76, 0x2F6DB5, 0x26407A, 0x6C4AA0, 0xB8477E, 0xEDE6DA, 0x2B2D33, 0x7D8794, 0x8A5A3C,
        0xA9C5D6, 0xF0A6A0, 0x3F5B3A);

    public static readonly Vec3[] Frames = Linear(0x15120F, 0x3B2314, 0x7A1E1E, 0x1E3A6A, 0xB98A3A, 0x8C9196, 0x6B2C5C);

    public static readonly Vec3[] Walls = Linear(
        0xC7D3DA, 0xDCCFB8, 0x9FB8AD, 0xB3A6C9, 0xE0B7A0, 0x6F8FAF, 0x47606B, 0x8A6F5A, 0xCFE0C3, 0x3C4454, 0xD98F70, 0xE9D9A6,
        0x5B7F6B, 0x7C4F5C);

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

namespace TalkingHead.Datasets.Synthetic;

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
        ReadOnlySpan<float> hers = [0.1f, 0.2f, 0.6f, 0.5f, 0.3f, 0, 1.7f, 1.5f, 1.9f, 1.3f, 1.8f, 1.5f, 1.3f, 1.0f, 0.9f, 0.1f, 0.5f, 0.9f];
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
        return new(style, natural, colour, tip, r.Between(0.75f, 1.3f), r.Between(0.7f, 1.25f), r.Chance(0.5f) ? r.Between(0.5f, 1) : -r.Between(0.5f, 1), r.Next(), r.NextBits());
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
        return new(style, main, style == ClothesStyle.Blazer ? Vec3.Lerp(second, Vec3.One * 0.8f, 0.6f) : second, r.Chance(0.45f) ? 1 + r.Below(3) : 0, r.Normal() * 0.6f + masculine - 0.5f);
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

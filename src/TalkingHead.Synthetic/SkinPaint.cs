using static TalkingHead.Synthetic.Curves;

namespace TalkingHead.Synthetic;

/// <summary>The colour of the skin and where a beard grows, as functions of the chart.</summary>
static class SkinPaint
{
    public static Vec3 At(Traits traits, float u, float v, float lip)
    {
        var skin = traits.Skin;
        var x = MathF.Abs(u);
        var colour = skin.Skin;
        // Blood under the skin: cheeks, nose tip and ears redder, brow and jaw a little paler or cooler.
        var blush = 0.55f * Bell2(x - 4.4f, v + 3.2f, 1.7f, 1.3f) + 0.45f * Bell2(u, v + 3.2f, 1.1f, 0.8f)
            + 0.2f * Bell2(u, v + 8.6f, 1.8f, 1);
        colour *= Vec3.Lerp(Vec3.One, new(1.06f, 0.74f, 0.72f), blush * skin.Blush);
        var socket = Bell2(x - 3.4f, v + 0.1f, 1.7f, 1.15f);
        colour *= Vec3.Lerp(Vec3.One, new(0.86f, 0.75f, 0.76f), socket * (0.55f + 0.45f * skin.Age));
        var nostril = Clamp01(1.4f * Bell2(x - 0.78f, v + 3.9f, 0.26f, 0.16f) - 0.15f);
        colour = Vec3.Lerp(colour, colour * 0.08f, nostril);
        // The folds where the wings of the nose meet the cheek, under the nose and under the lower lip.
        colour *= 1 - 0.3f * Bell2(x - 2.05f, v + 4.05f, 0.22f, 0.5f) - 0.22f * Bell2(u, v + 4.75f, 0.9f, 0.25f)
            - 0.12f * Bell2(u, v + 8.05f, 1.4f, 0.4f);
        colour *= 1 - 0.28f * skin.Age * Bell2(x - 2.4f - 0.5f * (-4 - v), v + 5.2f, 0.35f, 1.2f);
        colour = Vec3.Lerp(colour, skin.Lips, lip);
        return Scalp(traits, u, v, colour);
    }

    // Cropped hair is colour on the scalp.
    static Vec3 Scalp(Traits traits, float u, float v, Vec3 skin)
    {
        if (traits.Hair.Style is HairStyle.Bald or HairStyle.Headscarf) return skin;
        var d = FaceChart.Direction(u, v);
        var colour = traits.Hair.Style == HairStyle.Beanie ? traits.Hair.Natural : traits.Hair.Colour;
        return Vec3.Lerp(skin, Vec3.Lerp(colour, skin, 0.25f), HairLine.Covered(d, traits.Hair.Style == HairStyle.Receding) * 0.85f);
    }

    /// <summary>Cheek line under which a full beard grows, by distance from the middle.</summary>
    static float CheekLine(float x) => -5.6f + 0.42f * MathF.Max(0, x - 3) + 0.05f * Square(MathF.Max(0, x - 5));

    /// <summary>Where a beard of that style grows, 0 to 1; <paramref name="fade"/> above 0 widens its edge, in chart units.</summary>
    public static float Beard(BeardStyle style, float u, float v, float fade = 0)
    {
        var x = MathF.Abs(u);
        var moustache = Smooth(3.3f + fade, 2.6f, x) * Smooth(-4.25f + 0.4f * fade, -4.55f, v + 0.05f * x) * Smooth(-5.75f, -5.3f,
            v - 0.12f * x);
        var full = Smooth(0.2f + 1.4f * fade, -0.5f, v - CheekLine(x)) * Smooth(-13 - fade, -11.5f, v) * Smooth(9.6f + fade, 8.6f, x);
        full *= 1 - Smooth(2.4f, 1.9f, x) * Smooth(-8.3f, -7.9f, v);
        var chin = Smooth(-6.6f + fade, -7.2f, v + 0.25f * (x < 1 ? 0 : x - 1)) * Smooth(2.8f + fade, 2.1f, x)
            * Smooth(-11.5f - fade, -10.2f, v);
        var sides = Bell(x - 2.75f, 0.45f) * Smooth(-4.9f, -5.5f, v) * Smooth(-8.5f, -7.6f, v);
        return style switch
        {
            BeardStyle.Moustache => moustache,
            BeardStyle.Goatee => MathF.Max(moustache, MathF.Max(chin, sides)),
            BeardStyle.None => 0,
            _ => MathF.Max(moustache, full),
        };
    }

    /// <summary>Beard shadow on the skin, 0 to 1.</summary>
    public static float Stubble(BeardTraits beard, float u, float v) => beard.Style switch
    {
        BeardStyle.None => 0,
        BeardStyle.Stubble => beard.Density * Beard(BeardStyle.Full, u, v, 0.4f),
        _ => 0.9f * Beard(beard.Style, u, v, 0.6f),
    };

    static float Bell2(float du, float dv, float width, float height) => MathF.Exp(-0.5f * (Square(du / width) + Square(dv / height)));
}

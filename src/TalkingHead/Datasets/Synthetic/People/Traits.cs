namespace TalkingHead.Datasets.Synthetic;

enum HairStyle { Bald, Buzz, Short, SidePart, Quiff, Receding, Bob, FringeBob, Long, LongFringe, Wavy, Bun, Ponytail, Curly, Afro, Mohawk, Beanie, Headscarf }

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
sealed record HairTraits(HairStyle Style, Vec3 Natural, Vec3 Colour, Vec3 Tip, float Volume, float Length, float PartSide, float Curl, ulong Seed);

sealed record BeardTraits(BeardStyle Style, Vec3 Colour, float Density);

sealed record GlassesTraits(GlassesStyle Style, Vec3 Frame, float Size, float Thickness);

sealed record ClothesTraits(ClothesStyle Style, Vec3 Main, Vec3 Second, int Pattern, float Shoulders);

sealed record BackdropTraits(BackdropStyle Style, Vec3 Low, Vec3 High, Vec3 Accent, ulong Seed);

/// <summary>Everything that makes one synthetic person.</summary>
sealed record Traits(
    FaceTraits Face, SkinTraits Skin, EyeTraits Eyes, HairTraits Hair, BeardTraits Beard, GlassesTraits Glasses, ClothesTraits Clothes, BackdropTraits Backdrop);

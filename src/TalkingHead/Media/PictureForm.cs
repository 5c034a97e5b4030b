namespace TalkingHead.Media;

/// <summary>What a picture file held before it became RGB.</summary>
enum PictureForm
{
    Rgb,

    /// <summary>One channel, which became all three.</summary>
    Gray,

    /// <summary>Pixels that are not opaque, laid on white.</summary>
    Transparent,
}

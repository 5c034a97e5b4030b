using TalkingHead.Media;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>The pictures of one person that the report shows: of every row the same frame, chosen before anything is generated.</summary>
/// <param name="frames">How many there are.</param>
sealed class SampleFrames(int frames)
{
    /// <summary>Up to this side pictures are kept without loss; larger ones as JPEG.</summary>
    const int LosslessSide = 128;

    readonly Dictionary<string, byte[]> encoded = [];

    internal IReadOnlyDictionary<string, byte[]> Encoded => encoded;

    /// <summary>Which of so many frames is shown.</summary>
    internal static int Middle(int frames) => frames / 2;

    internal void Keep(string name, IReadOnlyList<Picture> shown) => Keep(name, shown[Middle(frames)]);

    internal void Keep(string name, Picture picture) => encoded[name] = Encode(picture);

    internal static byte[] Encode(Picture picture) => PictureFile.Encode(picture,
        picture.Width <= LosslessSide ? "sample.png" : "sample.jpg");
}

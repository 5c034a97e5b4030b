using TalkingHead.Media;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>The pictures of one person that the report shows: of every row the same frame, chosen before anything is generated.</summary>
/// <param name="frame">Which one.</param>
sealed class SampleFrames(int frame)
{
    /// <summary>Up to this side pictures are kept without loss; larger ones as JPEG.</summary>
    const int LosslessSide = 128;

    readonly Dictionary<string, byte[]> encoded = [];

    internal IReadOnlyDictionary<string, byte[]> Encoded => encoded;

    internal void Keep(string name, IReadOnlyList<Picture> frames) => Keep(name, frames[frame]);

    internal void Keep(string name, Picture picture) => encoded[name] = PictureFile.Encode(picture,
        picture.Width <= LosslessSide ? "sample.png" : "sample.jpg");
}

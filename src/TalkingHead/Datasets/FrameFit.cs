using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Datasets;

/// <summary>Brings frames and landmarks of one side to another: scaled, or with a black border all around.</summary>
static class FrameFit
{
    internal static Picture Fit(ReadOnlySpan<byte> rgba, int from, int to, ResizeKind kind) => Fit(ToPicture(rgba, from), to, kind);

    internal static Picture Fit(Picture picture, int to, ResizeKind kind)
    {
        if (picture.Width == to)
            return picture;
        if (kind == ResizeKind.Resize)
            return picture.Resize(to, to);
        var padded = new Picture(to, to);
        padded.Paste(picture, Border(picture.Width, to), Border(picture.Width, to));
        return padded;
    }

    internal static Picture ToPicture(ReadOnlySpan<byte> rgba, int side)
    {
        var picture = new Picture(side, side);
        for (int i = 0, o = 0; o < picture.Pixels.Length; i += 4, o += 3)
            (picture.Pixels[o], picture.Pixels[o + 1], picture.Pixels[o + 2]) = (rgba[i], rgba[i + 1], rgba[i + 2]);
        return picture;
    }

    internal static Landmarks Fit(Landmarks landmarks, int from, int to, ResizeKind kind)
    {
        if (from == to)
            return landmarks;
        return kind == ResizeKind.Resize
            ? landmarks.Crop(new(0, 0, from, from), to, to)
            : landmarks.Map(new Similarity(1, 0, Border(from, to), Border(from, to)));
    }

    static int Border(int from, int to) => (to - from) / 2;
}

using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Datasets;

/// <summary>Brings frames and landmarks of one side to another: scaled, or with a black border all around.</summary>
static class FrameFit
{
    internal static Picture Fit(ReadOnlySpan<byte> rgba, int from, int to, ResizeKind kind)
    {
        var picture = new Picture(from, from);
        for (int i = 0, o = 0; o < picture.Pixels.Length; i += 4, o += 3)
            rgba.Slice(i, 3).CopyTo(picture.Pixels.AsSpan(o));
        if (kind == ResizeKind.Resize)
            return picture.Resize(to, to);
        var padded = new Picture(to, to);
        padded.Paste(picture, Border(from, to), Border(from, to));
        return padded;
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

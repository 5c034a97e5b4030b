using TalkingHead.Media;

namespace TalkingHead.Faces;

/// <summary>Landmarks as the best-known reproduction draws them: open coloured lines with soft edges on white.</summary>
static class VtLandmarkImage
{
    const float Width = 2.8f;

    static readonly (int First, int Last, byte Red, byte Green, byte Blue)[] Lines =
    [
        (0, 16, 0, 128, 0), (17, 21, 255, 165, 0), (22, 26, 255, 165, 0), (27, 30, 0, 0, 255), (31, 35, 0, 0, 255),
        (36, 41, 255, 0, 0), (42, 47, 255, 0, 0), (48, 59, 128, 0, 128), (60, 67, 255, 192, 203),
    ];

    public static Picture Draw(Landmarks landmarks, int width, int height)
    {
        var picture = new Picture(width, height);
        Array.Fill(picture.Pixels, byte.MaxValue);
        foreach (var (first, last, red, green, blue) in Lines)
            for (int point = first; point < last; point++)
                Segment(picture, landmarks[point], landmarks[point + 1], [red, green, blue]);
        return picture;
    }

    // A pixel is covered by as much as its centre lies inside the line's edge, from half a pixel out to half a pixel in.
    static void Segment(Picture picture, (float X, float Y) a, (float X, float Y) b, ReadOnlySpan<byte> colour)
    {
        if (!float.IsFinite(a.X + a.Y + b.X + b.Y))
            return;
        const float reach = Width / 2 + 0.5f;
        var (dx, dy) = (b.X - a.X, b.Y - a.Y);
        float square = dx * dx + dy * dy;
        var (left, right) = Range(Math.Min(a.X, b.X), Math.Max(a.X, b.X), picture.Width);
        var (top, bottom) = Range(Math.Min(a.Y, b.Y), Math.Max(a.Y, b.Y), picture.Height);
        for (int y = top; y <= bottom; y++)
            for (int x = left; x <= right; x++)
            {
                float along = square == 0 ? 0 : Math.Clamp(((x - a.X) * dx + (y - a.Y) * dy) / square, 0, 1);
                var (u, v) = (x - a.X - along * dx, y - a.Y - along * dy);
                float cover = Math.Clamp(reach - MathF.Sqrt(u * u + v * v), 0, 1);
                var pixel = picture.Pixels.AsSpan(3 * (y * picture.Width + x), 3);
                for (int channel = 0; channel < 3; channel++)
                    pixel[channel] = (byte)MathF.Round(pixel[channel] + cover * (colour[channel] - pixel[channel]));
            }

        static (int First, int Last) Range(float low, float high, int length) =>
            ((int)Math.Clamp(MathF.Floor(low - reach), 0, length), (int)Math.Clamp(MathF.Ceiling(high + reach), -1, length - 1));
    }
}

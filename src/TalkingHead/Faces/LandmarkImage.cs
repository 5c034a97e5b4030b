using TalkingHead.Configuration;
using TalkingHead.Media;

namespace TalkingHead.Faces;

/// <summary>How landmarks are drawn; the same in training and in use.</summary>
public sealed record LandmarkDrawing
{
    /// <summary>Whose drawing; the reproduction's has its own lines and colours.</summary>
    public LandmarkStyle Style { get; init; } = LandmarkStyle.Paper;

    /// <summary>Draw points 60 to 67 too.</summary>
    public bool InnerLips { get; init; }

    /// <summary>Draw pupils, where the landmarks have them: white discs of half the iris's radius, at least as wide as a line.</summary>
    public bool Pupils { get; init; }

    /// <summary>Pixels in a picture of 256; grows and shrinks with the shorter side, never under one pixel.</summary>
    public double LineWidth { get; init; } = 2;

    /// <summary>As a configuration says.</summary>
    public static LandmarkDrawing From(LandmarkSettings settings) =>
        new() { Style = settings.Style, LineWidth = settings.LineWidth, InnerLips = settings.InnerLips, Pupils = settings.Pupils };
}

/// <summary>
/// Draws landmarks as coloured lines, as the paper's networks see them. Soft edges in fixed-point arithmetic: a line
/// moves with fractions of a pixel, and every machine draws the same bytes.
/// </summary>
public static class LandmarkImage
{
    const int Bits = 6, One = 1 << Bits, Half = One / 2;

    /// <summary>Coordinates are held within this many pixels; farther out a line's direction is not kept.</summary>
    const double Reach = 16384;

    // In the order of Landmarks.Groups. Channels are fully on or fully off, which Blend relies on.
    static readonly (bool Red, bool Green, bool Blue)[] Colours =
    [
        (true, true, true), (true, false, false), (false, true, false), (false, false, true), (false, false, true),
        (true, false, true), (false, true, true), (true, true, false), (true, true, false),
    ];

    /// <summary>The landmark image: lines on black, or as the drawing's style has it.</summary>
    public static Picture Draw(Landmarks landmarks, int width, int height, LandmarkDrawing? drawing = null)
    {
        if (drawing?.Style == LandmarkStyle.Vt)
            return ReproductionLandmarkImage.Draw(landmarks, width, height);
        var picture = new Picture(width, height);
        Over(picture, landmarks, drawing);
        return picture;
    }

    /// <summary>Draws over what the picture shows. A line outside it is cut off; one with a point that is not finite is left out.</summary>
    public static void Over(Picture picture, Landmarks landmarks, LandmarkDrawing? drawing = null)
    {
        drawing ??= new();
        var width = Math.Max(1, drawing.LineWidth * Math.Min(picture.Width, picture.Height) / 256);
        var reach = (int)Math.Round(width * Half) + Half; // from the line's middle to where its edge has faded
        Span<int> xy = stackalloc int[2 * Landmarks.Count];
        for (var i = 0; i < xy.Length; i++)
            xy[i] = Fixed(landmarks.Values[i]);

        for (var g = 0; g < Colours.Length; g++)
        {
            var group = Landmarks.Groups[g];
            if (group.First == 60 && !drawing.InnerLips)
                continue;
            for (var i = group.First; i < group.Last; i++)
                Line(picture, xy.Slice(2 * i, 4), reach, Colours[g]);
            if (group.Closed)
                Line(picture, [xy[2 * group.Last], xy[2 * group.Last + 1], xy[2 * group.First], xy[2 * group.First + 1]], reach,
                    Colours[g]);
        }

        if (!drawing.Pupils || landmarks.Pupils is not { } pupils)
            return;
        foreach (var pupil in (ReadOnlySpan<Pupil>)[pupils.Right, pupils.Left])
            Line(picture, [Fixed(pupil.X), Fixed(pupil.Y), Fixed(pupil.X), Fixed(pupil.Y)],
                (int)Math.Round(Math.Clamp(pupil.Radius, width, Reach) * Half) + Half, (true, true, true));
    }

    static int Fixed(float value) => float.IsFinite(value) ? (int)Math.Round(Math.Clamp((double)value, -Reach, Reach) * One) : int.MinValue;

    // All lengths are in 1/64 pixel. A line without length is a disc.
    static void Line(Picture picture, ReadOnlySpan<int> ends, int reach, (bool Red, bool Green, bool Blue) colour)
    {
        if (ends.Contains(int.MinValue))
            return;
        long ax = ends[0], ay = ends[1], dx = ends[2] - ax, dy = ends[3] - ay;
        long square = dx * dx + dy * dy, length = (long)Math.Sqrt((double)square);
        var firstRow = Math.Max(0, (Math.Min(ay, ay + dy) - reach) >> Bits);
        var lastRow = Math.Min(picture.Height - 1, (Math.Max(ay, ay + dy) + reach) >> Bits);
        long left = Math.Max(0, (Math.Min(ax, ax + dx) - reach) >> Bits), right = Math.Min(picture.Width - 1,
            (Math.Max(ax, ax + dx) + reach) >> Bits);

        for (var row = firstRow; row <= lastRow; row++)
        {
            // |cross| = |dx v - dy u| <= reach * length bounds u on this row.
            long v = (row << Bits) - ay, from = left, to = right;
            if (dy != 0)
            {
                var spread = reach * (length + 1) / Math.Abs(dy) + One;
                var middle = dx * v / dy + ax;
                from = Math.Max(from, (middle - spread) >> Bits);
                to = Math.Min(to, (middle + spread) >> Bits);
            }

            for (var column = from; column <= to; column++)
            {
                var coverage = reach - Distance((column << Bits) - ax, v, dx, dy, square, length, reach);
                if (coverage > 0)
                    Blend(picture.Pixels, 3 * (int)(row * picture.Width + column),
                        (byte)((Math.Min(coverage, One) * 255 + Half) >> Bits), colour);
            }
        }
    }

    // From the point (u, v), seen from the line's start, to the line; `reach` or more where it is too far to matter.
    static long Distance(long u, long v, long dx, long dy, long square, long length, int reach)
    {
        var along = u * dx + v * dy;
        if (along > 0 && along < square)
        {
            var cross = Math.Abs(dx * v - dy * u);
            return cross <= (reach - One) * length ? 0 : cross / length; // nearer than the soft edge: fully covered
        }

        if (along > 0)
            (u, v) = (u - dx, v - dy);
        return (long)Math.Sqrt((double)(u * u + v * v));
    }

    // The greater coverage counts, so lines of one colour join without a seam; a later group covers an earlier one.
    static void Blend(byte[] pixels, int at, byte coverage, (bool Red, bool Green, bool Blue) colour)
    {
        pixels[at] = Channel(pixels[at], coverage, colour.Red);
        pixels[at + 1] = Channel(pixels[at + 1], coverage, colour.Green);
        pixels[at + 2] = Channel(pixels[at + 2], coverage, colour.Blue);
    }

    static byte Channel(byte value, byte coverage, bool on) => on ? Math.Max(value, coverage) : Math.Min(value, (byte)(255 - coverage));
}

/// <summary>Landmarks as the best-known reproduction draws them: open coloured lines with soft edges on white.</summary>
static class ReproductionLandmarkImage
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
            for (var point = first; point < last; point++)
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
        var square = dx * dx + dy * dy;
        var (left, right) = Range(Math.Min(a.X, b.X), Math.Max(a.X, b.X), picture.Width);
        var (top, bottom) = Range(Math.Min(a.Y, b.Y), Math.Max(a.Y, b.Y), picture.Height);
        for (var y = top; y <= bottom; y++)
            for (var x = left; x <= right; x++)
            {
                var along = square == 0 ? 0 : Math.Clamp(((x - a.X) * dx + (y - a.Y) * dy) / square, 0, 1);
                var (u, v) = (x - a.X - along * dx, y - a.Y - along * dy);
                var cover = Math.Clamp(reach - MathF.Sqrt(u * u + v * v), 0, 1);
                var pixel = picture.Pixels.AsSpan(3 * (y * picture.Width + x), 3);
                for (var channel = 0; channel < 3; channel++)
                    pixel[channel] = (byte)MathF.Round(pixel[channel] + cover * (colour[channel] - pixel[channel]));
            }

        static (int First, int Last) Range(float low, float high, int length) =>
            ((int)Math.Clamp(MathF.Floor(low - reach), 0, length), (int)Math.Clamp(MathF.Ceiling(high + reach), -1, length - 1));
    }
}

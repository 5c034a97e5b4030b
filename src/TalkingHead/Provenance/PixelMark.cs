using System.Globalization;
using TalkingHead.Media;

namespace TalkingHead.Provenance;

/// <summary>
/// Marks generated frames imperceptibly: adds the keyed pattern to their luminance, more where the frame is busy and hides
/// it, less where it is flat.
/// </summary>
public sealed class PixelMark
{
    /// <summary>Frames of a smaller side are not marked: too few pixels would carry the mark.</summary>
    public const int LeastSide = 128;

    const int Block = 8;

    // Standard deviation of what is added, of 255: in a flat block; more for each level between neighbouring pixels; at most
    // in a block; at most over the frame, which keeps the peak signal to noise ratio above 42 dB.
    const float Flat = 0.8f, Busy = 0.4f, MostInBlock = 3.2f, MostInFrame = 1.9f;

    readonly int size;
    readonly float[] pattern;

    internal PixelMark(int size, uint payload, ulong key = MarkPattern.PublicKey) =>
        (this.size, pattern) = (size, new MarkPattern(key).Draw(size, payload));

    /// <summary>The mark of a head's frames; its payload is the first 32 bits of the head's id.</summary>
    /// <param name="headId">Hexadecimal, eight digits or more.</param>
    /// <param name="size">Side of the frames.</param>
    public static PixelMark Of(string headId, int size) => new(size, PayloadOf(headId));

    /// <summary>As <see cref="Of"/>; null where frames are too small for a mark.</summary>
    internal static PixelMark? Fitting(string headId, int size) => size >= LeastSide ? Of(headId, size) : null;

    internal static uint PayloadOf(string headId) =>
        uint.Parse(headId.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>A marked copy of a frame.</summary>
    internal Picture Marked(Picture frame)
    {
        var copy = frame.Clone();
        Apply(copy);
        return copy;
    }

    /// <summary>Adds the mark to a frame of the size, in place.</summary>
    public void Apply(Picture frame)
    {
        if (frame.Width != size || frame.Height != size)
            throw new ArgumentException($"The mark is for frames of {size}x{size}, the picture is {frame.Width}x{frame.Height}.",
                nameof(frame));
        var blocks = (size + Block - 1) / Block;
        var strengths = new float[blocks * blocks];
        float power = 0;
        for (var i = 0; i < strengths.Length; i++)
        {
            strengths[i] = Math.Min(MostInBlock, Flat + Busy * Activity(frame.Pixels, i % blocks * Block, i / blocks * Block));
            power += strengths[i] * strengths[i];
        }
        var scale = Math.Min(1, MostInFrame / MathF.Sqrt(power / strengths.Length));
        for (int y = 0, i = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++, i++)
            {
                var change = (int)MathF.Round(scale * strengths[y / Block * blocks + x / Block] * pattern[i]);
                for (var at = 3 * i; at < 3 * i + 3; at++)
                    frame.Pixels[at] = (byte)Math.Clamp(frame.Pixels[at] + change, 0, 255);
            }
        }
    }

    // Of a block the mean difference of neighbours across and down, in green.
    float Activity(byte[] pixels, int left, int top)
    {
        int sum = 0, count = 0, bottom = Math.Min(size, top + Block), right = Math.Min(size, left + Block);
        for (var y = top; y < bottom; y++)
        {
            for (int x = left, at = 3 * (y * size + left) + 1; x < right; x++, at += 3)
            {
                int across = pixels[x + 1 < size ? at + 3 : at - 3], down = pixels[y + 1 < size ? at + 3 * size : at - 3 * size];
                sum += Math.Abs(pixels[at] - across) + Math.Abs(pixels[at] - down);
                count += 2;
            }
        }
        return (float)sum / count;
    }
}

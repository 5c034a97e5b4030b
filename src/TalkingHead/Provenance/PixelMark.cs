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

    // Standard deviation of what is added, of 255, in a flat block; more for each level between neighbouring pixels; at most.
    internal static float Flat = 0.8f, Busy = 0.3f, Most = 2.4f;

    readonly int size;
    readonly float[] pattern;

    internal PixelMark(int size, uint payload, ulong key = MarkPattern.PublicKey) =>
        (this.size, pattern) = (size, new MarkPattern(key).Draw(size, payload));

    /// <summary>The mark of a head's frames; its payload is the first 32 bits of the head's id.</summary>
    /// <param name="headId">Hexadecimal, eight digits or more.</param>
    /// <param name="size">Side of the frames.</param>
    public static PixelMark Of(string headId, int size) => new(size, PayloadOf(headId));

    internal static uint PayloadOf(string headId) => uint.Parse(headId.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

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
            throw new ArgumentException($"The mark is for frames of {size}x{size}, the picture is {frame.Width}x{frame.Height}.", nameof(frame));
        for (int top = 0; top < size; top += Block)
        {
            for (int left = 0; left < size; left += Block)
            {
                int bottom = Math.Min(size, top + Block), right = Math.Min(size, left + Block);
                float strength = Math.Min(Most, Flat + Busy * Activity(frame.Pixels, left, top, right, bottom));
                for (int y = top; y < bottom; y++)
                {
                    var row = frame.Pixels.AsSpan(3 * (y * size + left), 3 * (right - left));
                    var values = pattern.AsSpan(y * size + left, right - left);
                    for (int x = 0, at = 0; x < values.Length; x++, at += 3)
                    {
                        int change = (int)MathF.Round(strength * values[x]);
                        row[at] = (byte)Math.Clamp(row[at] + change, 0, 255);
                        row[at + 1] = (byte)Math.Clamp(row[at + 1] + change, 0, 255);
                        row[at + 2] = (byte)Math.Clamp(row[at + 2] + change, 0, 255);
                    }
                }
            }
        }
    }

    // The mean difference of neighbours across and down, in green.
    float Activity(byte[] pixels, int left, int top, int right, int bottom)
    {
        int sum = 0, count = 0;
        for (int y = top; y < bottom; y++)
        {
            for (int x = left, at = 3 * (y * size + left) + 1; x < right; x++, at += 3)
            {
                int across = x + 1 < size ? pixels[at + 3] : pixels[at - 3], down = y + 1 < size ? pixels[at + 3 * size] : pixels[at - 3 * size];
                sum += Math.Abs(pixels[at] - across) + Math.Abs(pixels[at] - down);
                count += 2;
            }
        }
        return (float)sum / count;
    }
}

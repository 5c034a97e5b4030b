using TalkingHead.Media;

namespace TalkingHead.Faces;

/// <summary>
/// The surroundings of a face, turned upright and brought to one size, so that detector and shape model see every face
/// alike, however the head is tilted and however large the picture is.
/// </summary>
sealed class FaceChip
{
    /// <summary>Part of the box's side that is seen around it on each side.</summary>
    const double Margin = 0.6;

    readonly Similarity toPicture;

    FaceChip(Picture picture, Similarity toPicture, FaceBox box) => (Picture, this.toPicture, Box) = (picture, toPicture, box);

    public Picture Picture { get; }

    /// <summary>The face's box in the chip.</summary>
    public FaceBox Box { get; }

    /// <param name="picture">Where to look.</param>
    /// <param name="unit">Carries the unit square onto the face's box in the picture, turned as the face is.</param>
    /// <param name="least">The box's side in the chip is that in the picture, but at least this,</param>
    /// <param name="most">and at most this.</param>
    public static FaceChip Take(Picture picture, Similarity unit, int least, int most)
    {
        var side = Math.Clamp(unit.Scale, least, most);
        var size = (int)Math.Ceiling(side * (1 + 2 * Margin));
        var corner = (size - 1 - side) / 2;
        var toPicture = unit.After(new Similarity(1 / side, 0, -corner / side, -corner / side));
        return new(Sample(picture, toPicture, size), toPicture, new(corner, corner, corner + side, corner + side));
    }

    /// <summary>The same part of another picture.</summary>
    public FaceChip Align(Picture other) => new(Sample(other, toPicture, Picture.Width), toPicture, Box);

    public Landmarks ToPicture(ReadOnlySpan<float> xy) => new Landmarks(xy).Map(toPicture);

    public Similarity ToPicture(Similarity inChip) => toPicture.After(inChip);

    // Bilinear; where the chip shrinks the picture, the mean of as many samples as one chip pixel covers.
    static Picture Sample(Picture source, Similarity map, int size)
    {
        var chip = new Picture(size, size);
        var fine = Math.Clamp((int)Math.Round(map.Scale), 1, 16);
        Parallel.For(0, size, y =>
        {
            for (var x = 0; x < size; x++)
            {
                float red = 0, green = 0, blue = 0;
                for (var s = 0; s < fine * fine; s++)
                {
                    var (u, v) = map.Apply(x + (s % fine + 0.5) / fine - 0.5, y + (s / fine + 0.5) / fine - 0.5);
                    Bilinear(source, (float)u, (float)v, ref red, ref green, ref blue);
                }

                var at = 3 * (y * size + x);
                var share = 1f / (fine * fine);
                chip.Pixels[at] = (byte)(red * share + 0.5f);
                chip.Pixels[at + 1] = (byte)(green * share + 0.5f);
                chip.Pixels[at + 2] = (byte)(blue * share + 0.5f);
            }
        });
        return chip;
    }

    static void Bilinear(Picture source, float x, float y, ref float red, ref float green, ref float blue)
    {
        x = Math.Clamp(x, 0, source.Width - 1);
        y = Math.Clamp(y, 0, source.Height - 1);
        int left = (int)x, top = (int)y;
        float across = x - left, down = y - top;
        var pixels = source.Pixels;
        int upper = 3 * (top * source.Width + left), right = left + 1 < source.Width ? 3 : 0;
        var lower = top + 1 < source.Height ? upper + 3 * source.Width : upper;
        float a = (1 - across) * (1 - down), b = across * (1 - down), c = (1 - across) * down, d = across * down;
        red += a * pixels[upper] + b * pixels[upper + right] + c * pixels[lower] + d * pixels[lower + right];
        green += a * pixels[upper + 1] + b * pixels[upper + right + 1] + c * pixels[lower + 1] + d * pixels[lower + right + 1];
        blue += a * pixels[upper + 2] + b * pixels[upper + right + 2] + c * pixels[lower + 2] + d * pixels[lower + right + 2];
    }
}

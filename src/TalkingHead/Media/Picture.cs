namespace TalkingHead.Media;

/// <summary>
/// An 8-bit RGB picture: <see cref="Pixels"/> holds height x width x 3 bytes, rows top to bottom. The centre of the top
/// left pixel is at (0, 0).
/// </summary>
public sealed class Picture
{
    /// <summary>No side may exceed this.</summary>
    public const int MaxSide = 16384;

    /// <summary>Width times height may not exceed this.</summary>
    public const int MaxPixels = 100_000_000;

    /// <summary>A black picture.</summary>
    /// <exception cref="ArgumentException">A side or the number of pixels is outside its range.</exception>
    public Picture(int width, int height)
        : this(width, height, new byte[ByteCount(width, height)])
    {
    }

    /// <summary>Wraps <paramref name="pixels"/> without a copy.</summary>
    public Picture(int width, int height, byte[] pixels)
    {
        if (pixels.Length != ByteCount(width, height))
            throw new ArgumentException($"{width}x{height} RGB needs {ByteCount(width, height)} bytes, got {pixels.Length}.",
                nameof(pixels));
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>In pixels, 1 to <see cref="MaxSide"/>.</summary>
    public int Width { get; }

    /// <summary>In pixels, 1 to <see cref="MaxSide"/>.</summary>
    public int Height { get; }

    /// <summary>Red, green and blue of each pixel, rows from the top: (height, width, 3).</summary>
    public byte[] Pixels { get; }

    /// <summary>Reads a JPEG, PNG or WebP file; see <see cref="PictureFile.Load(string)"/>.</summary>
    public static Picture Load(string path) => PictureFile.Load(path);

    /// <summary>Writes a PNG, JPEG (quality 95) or WebP file; see <see cref="PictureFile.Save(Picture, string, string?)"/>.</summary>
    public void Save(string path, string? comment = null) => PictureFile.Save(this, path, comment);

    /// <summary>A copy with pixels of its own.</summary>
    public Picture Clone() => new(Width, Height, (byte[])Pixels.Clone());

    /// <summary>Fills the picture with one colour.</summary>
    public void Fill(byte red, byte green, byte blue)
    {
        for (var i = 0; i < Pixels.Length; i += 3)
            (Pixels[i], Pixels[i + 1], Pixels[i + 2]) = (red, green, blue);
    }

    /// <summary>Copies <paramref name="other"/> with its top left corner at (x, y); what lies outside is cut off.</summary>
    public void Paste(Picture other, int x, int y)
    {
        int left = Math.Max(0, x), right = Math.Min(Width, x + other.Width);
        if (right <= left)
            return;
        for (var row = Math.Max(0, y); row < Math.Min(Height, y + other.Height); row++)
        {
            var from = other.Pixels.AsSpan(3 * ((row - y) * other.Width + left - x), 3 * (right - left));
            from.CopyTo(Pixels.AsSpan(3 * (row * Width + left)));
        }
    }

    /// <summary>The same picture in another size (<see cref="Resampler"/>, bicubic, antialiased).</summary>
    public Picture Resize(int width, int height) => Resampler.Crop(this, 0, 0, Width, Height, width, height);

    /// <summary>Places pictures of one height next to each other.</summary>
    public static Picture Beside(params ReadOnlySpan<Picture> pictures)
    {
        var width = 0;
        foreach (var picture in pictures)
        {
            if (picture.Height != pictures[0].Height)
                throw new ArgumentException($"Pictures beside each other need one height: {pictures[0].Height} and {picture.Height}.",
                    nameof(pictures));
            width += picture.Width;
        }

        var all = new Picture(width, pictures[0].Height);
        var x = 0;
        foreach (var picture in pictures)
        {
            all.Paste(picture, x, 0);
            x += picture.Width;
        }

        return all;
    }

    internal static bool SizeIsAllowed(long width, long height) =>
        width is >= 1 and <= MaxSide && height is >= 1 and <= MaxSide && width * height <= MaxPixels;

    /// <summary>Checks the size of what a file shows, before memory is taken for it.</summary>
    /// <exception cref="UserException">It is too large.</exception>
    internal static void ExpectAllowed(long width, long height, string path, string what)
    {
        if (!SizeIsAllowed(width, height))
            throw new UserException($"{path}: the {what} is {width}x{height}; the limit is {MaxSide} a side and "
                + $"{MaxPixels / 1_000_000} megapixels.");
    }

    /// <summary>The colours of pixels of four bytes, in pixels of three.</summary>
    internal static void FromRgba(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        for (int i = 0, o = 0; o < rgb.Length; i += 4, o += 3)
            (rgb[o], rgb[o + 1], rgb[o + 2]) = (rgba[i], rgba[i + 1], rgba[i + 2]);
    }

    /// <summary>The same colours, opaque, in pixels of four bytes.</summary>
    internal static void ToRgba(ReadOnlySpan<byte> rgb, Span<byte> rgba)
    {
        for (int i = 0, o = 0; i < rgb.Length; i += 3, o += 4)
            (rgba[o], rgba[o + 1], rgba[o + 2], rgba[o + 3]) = (rgb[i], rgb[i + 1], rgb[i + 2], 255);
    }

    static int ByteCount(int width, int height) => SizeIsAllowed(width, height)
        ? 3 * width * height
        : throw new ArgumentException(
            $"A picture of {width}x{height} is outside 1x1 to {MaxSide} a side and {MaxPixels / 1_000_000} megapixels.");
}

/// <summary>What a picture file held before it became RGB.</summary>
enum PictureForm
{
    Rgb,

    /// <summary>One channel, which became all three.</summary>
    Gray,

    /// <summary>Pixels that are not opaque, laid on white.</summary>
    Transparent,
}

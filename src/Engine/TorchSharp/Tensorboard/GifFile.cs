namespace TorchSharp.Tensorboard;

/// <summary>
/// An animated GIF of 252 fixed colours (6 red x 7 green x 6 blue) with ordered dither: the same pixel gives the same
/// colour in every frame, so that still parts stay still.
/// </summary>
static class GifFile
{
    const int Reds = 6, Greens = 7, Blues = 6;

    static readonly int[] threshold = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]; // Bayer's 4x4 matrix

    internal static byte[] Encode(IReadOnlyList<Raster> frames, int framesPerSecond)
    {
        using var file = new MemoryStream();
        var writer = new BinaryWriter(file);
        writer.Write("GIF89a"u8);
        writer.Write((ushort)frames[0].Width);
        writer.Write((ushort)frames[0].Height);
        writer.Write((ReadOnlySpan<byte>)[0xF7, 0, 0]); // a palette of 256 colours
        WritePalette(writer);
        writer.Write((ReadOnlySpan<byte>)[0x21, 0xFF, 11]);
        writer.Write("NETSCAPE2.0"u8);
        writer.Write((ReadOnlySpan<byte>)[3, 1, 0, 0, 0]); // for ever
        var delay = (ushort)Math.Max(2, Math.Round(100.0 / Math.Max(1, framesPerSecond))); // in hundredths; viewers slow anything faster
        foreach (var frame in frames)
        {
            writer.Write((ReadOnlySpan<byte>)[0x21, 0xF9, 4, 0]);
            writer.Write(delay);
            writer.Write((ReadOnlySpan<byte>)[0, 0, 0x2C, 0, 0, 0, 0]);
            writer.Write((ushort)frame.Width);
            writer.Write((ushort)frame.Height);
            writer.Write((byte)0);
            Lzw.Write(writer, Indices(frame));
        }
        writer.Write((byte)0x3B);
        writer.Flush();
        return file.ToArray();
    }

    static void WritePalette(BinaryWriter writer)
    {
        for (var k = 0; k < 256; k++)
        {
            writer.Write((byte)(k / (Greens * Blues) * 255 / (Reds - 1)));
            writer.Write((byte)(k / Blues % Greens * 255 / (Greens - 1)));
            writer.Write((byte)(k % Blues * 255 / (Blues - 1)));
        }
    }

    static byte[] Indices(Raster frame)
    {
        var indices = new byte[frame.Width * frame.Height];
        for (var k = 0; k < indices.Length; k++)
        {
            var dither = (threshold[k / frame.Width % 4 * 4 + k % frame.Width % 4] * 2 + 1) * 255 / 32; // 7..247 of 255: rounds up the more often, the nearer
            int red = Level(frame.Pixels[4 * k], Reds), green = Level(frame.Pixels[4 * k + 1], Greens), blue = Level(frame.Pixels[4 * k + 2], Blues);
            indices[k] = (byte)((red * Greens + green) * Blues + blue);

            int Level(int value, int levels) => (value * (levels - 1) + dither) / 255;
        }
        return indices;
    }
}

using System.Globalization;
using System.Text;

namespace TalkingHead.Datasets;

/// <summary>
/// The 512 bytes before each file of a tar (POSIX ustar). Owner, mode and time are constants, so the same clip is the
/// same bytes whoever writes it, and whenever.
/// </summary>
static class TarHeader
{
    internal const int Block = 512;

    /// <summary>A tar ends with two blocks of zeros.</summary>
    internal const int EndBytes = 2 * Block;

    const int NameBytes = 100, PrefixAt = 345, PrefixBytes = 155, ChecksumAt = 148;

    /// <summary>Bytes of zeros after a file of that many.</summary>
    internal static int Padding(long size) => (int)(-size & (Block - 1));

    internal static void Write(Span<byte> block, string path, long size)
    {
        block = block[..Block];
        block.Clear();
        var slash = path.Length <= NameBytes && Encoding.UTF8.GetByteCount(path) <= NameBytes ? -1 : path.LastIndexOf('/');
        Text(block[..NameBytes], path.AsSpan(slash + 1));
        Text(block.Slice(PrefixAt, PrefixBytes), path.AsSpan(0, Math.Max(0, slash)));
        Octal(block.Slice(100, 8), 0b110_100_100); // rw-r--r--
        Octal(block.Slice(108, 8), 0);
        Octal(block.Slice(116, 8), 0);
        Octal(block.Slice(124, 12), size);
        Octal(block.Slice(136, 12), 0);
        block.Slice(ChecksumAt, 8).Fill((byte)' ');
        block[156] = (byte)'0';
        "ustar\0"u8.CopyTo(block[257..]);
        "00"u8.CopyTo(block[263..]);

        var sum = 0;
        foreach (var value in block)
            sum += value;
        Octal(block.Slice(ChecksumAt, 7), sum);
    }

    static void Text(Span<byte> field, ReadOnlySpan<char> text)
    {
        if (!Encoding.UTF8.TryGetBytes(text, field, out _))
            throw new ArgumentException($"\"{text}\" is longer than the {field.Length} bytes that a tar header has for it.", nameof(text));
    }

    // Digits, then a zero byte.
    static void Octal(Span<byte> field, long value)
    {
        var digits = Convert.ToString(value, 8).PadLeft(field.Length - 1, '0');
        if (digits.Length >= field.Length)
            throw new ArgumentOutOfRangeException(nameof(value), string.Create(CultureInfo.InvariantCulture, $"{value} does not fit {field.Length - 1} octal digits."));
        Encoding.ASCII.GetBytes(digits, field);
    }
}

using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace TalkingHead.Formats;

/// <summary>Reads a pickle's bytes and arguments; every length is checked against what is left before anything is made.</summary>
sealed class PickleCursor
{
    // A state dict takes some 40 steps a tensor; this many take less than a second to refuse.
    const long MostWork = 4_000_000;
    const int LongestText = 64 << 20;
    const int LongestName = 256;
    const int LongestIntegerBytes = 255;

    static readonly UTF8Encoding strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly MappedFile file;
    readonly long start;
    readonly long end;
    readonly string where;

    /// <param name="file">The file that holds the pickle.</param>
    /// <param name="start">Its first byte.</param>
    /// <param name="end">Where it must have ended.</param>
    /// <param name="where">What to call it in an error.</param>
    /// <param name="work">Steps already spent on other pickles of the same file.</param>
    internal PickleCursor(MappedFile file, long start, long end, string where, long work = 0)
    {
        (this.file, this.start, this.end, this.where) = (file, start, end, where);
        Position = start;
        Work = work;
    }

    internal long Position { get; private set; }

    internal long Work { get; private set; }

    internal UserException Refuse(string what) =>
        new($"{where}: {what}, at byte {Position - start} of the pickle. Nothing of it was executed. "
            + "Only tensors and plain containers are read: save again with torch.save(model.state_dict(), ...).");

    /// <summary>Counts steps of work, so that no file, however its parts repeat each other, takes long to refuse.</summary>
    internal void Spend(long steps)
    {
        Work += steps;
        if (Work > MostWork)
            throw Refuse($"it takes more than {MostWork} steps");
    }

    internal ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > end - Position)
            throw Refuse($"{count} bytes are announced and {end - Position} are left");
        if (count > LongestText)
            throw Refuse($"a text of {count} bytes is longer than {LongestText}");
        var bytes = file.Slice(Position, (int)count);
        Position += count;
        return bytes;
    }

    internal byte Byte() => Take(1)[0];

    internal int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    internal int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    internal uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    internal long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    internal double Float64() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    internal BigInteger Integer(long length)
    {
        if (length is < 0 or > LongestIntegerBytes)
            throw Refuse($"an integer of {length} bytes is longer than {LongestIntegerBytes}");
        return new BigInteger(Take(length));
    }

    internal string Text(long length)
    {
        try
        {
            return strictUtf8.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw Refuse("a text is not UTF-8");
        }
    }

    /// <summary>A Python 2 string: bytes that mean text in the checkpoints that have them.</summary>
    internal string Latin1(long length) => Encoding.Latin1.GetString(Take(length));

    /// <summary>Text up to the next newline.</summary>
    internal string Line()
    {
        var ahead = file.Slice(Position, (int)Math.Min(LongestName + 1, end - Position));
        var length = ahead.IndexOf((byte)'\n');
        if (length < 0)
            throw Refuse($"a name without an end within {LongestName} characters");
        var line = Text(length);
        Position++;
        return line;
    }
}

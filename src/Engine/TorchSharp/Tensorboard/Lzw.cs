namespace TorchSharp.Tensorboard;

/// <summary>GIF's compression of bytes: codes of 9 to 12 bits, lowest bit first, in blocks of at most 255 bytes.</summary>
sealed class Lzw
{
    const int Clear = 256, End = 257, Limit = 4096;

    readonly List<byte> packed = [];
    readonly Dictionary<(int Prefix, byte Next), int> codes = [];
    int bits, count, width;

    internal static void Write(BinaryWriter writer, byte[] indices)
    {
        var lzw = new Lzw();
        lzw.Encode(indices);
        writer.Write((byte)8);
        foreach (var block in lzw.packed.Chunk(255))
        {
            writer.Write((byte)block.Length);
            writer.Write(block);
        }
        writer.Write((byte)0);
    }

    void Encode(byte[] indices)
    {
        Restart();
        int prefix = indices[0];
        foreach (var next in indices.AsSpan(1))
        {
            if (codes.TryGetValue((prefix, next), out var longer))
            {
                prefix = longer;
                continue;
            }
            Put(prefix);
            Learn(prefix, next);
            prefix = next;
        }
        Put(prefix);
        Put(End);
        if (count > 0) packed.Add((byte)bits);
    }

    void Learn(int prefix, byte next)
    {
        var code = End + 1 + codes.Count;
        if (code == Limit)
        {
            Restart();
            return;
        }
        codes.Add((prefix, next), code);
        if (code == 1 << width) width++; // the reader learns one code later: its next one needs the bit
    }

    void Restart()
    {
        if (width == 0) width = 9;
        Put(Clear);
        codes.Clear();
        width = 9;
    }

    void Put(int code)
    {
        bits |= code << count;
        for (count += width; count >= 8; count -= 8, bits >>= 8) packed.Add((byte)bits);
    }
}

using TorchSharp.Tensorboard;

namespace Engine.Tests.Tensorboard;

public sealed class LzwTests
{
    [Theory]
    [InlineData(1, 252)]
    [InlineData(2, 1)]
    [InlineData(700, 1)]
    [InlineData(30_000, 252)]
    [InlineData(60_000, 3)]
    public void WhatIsWrittenReadsBack(int length, int colours)
    {
        var random = new Random(length + colours);
        byte[] indices = [.. Enumerable.Range(0, length).Select(_ => (byte)random.Next(colours))];
        using var file = new MemoryStream();
        Lzw.Write(new BinaryWriter(file), indices);
        Assert.Equal(indices, Read(file.ToArray()));
    }

    // A reader of GIF's image data as the format describes it.
    static List<byte> Read(byte[] file)
    {
        Assert.Equal(8, file[0]);
        var packed = new List<byte>();
        var at = 1;
        for (; file[at] != 0; at += file[at] + 1) packed.AddRange(file.AsSpan(at + 1, file[at]));
        Assert.Equal(file.Length, at + 1);

        var output = new List<byte>();
        List<byte[]> table = [];
        byte[]? previous = null;
        int width = 9, position = 0;
        while (true)
        {
            var code = 0;
            for (var bit = 0; bit < width; bit++, position++) code |= (packed[position / 8] >> position % 8 & 1) << bit;
            if (code == 257) return output;
            if (code == 256)
            {
                table = [.. Enumerable.Range(0, 256).Select(k => (byte[])[(byte)k]), [], []];
                (previous, width) = (null, 9);
                continue;
            }
            var entry = code < table.Count ? table[code] : [.. previous!, previous![0]];
            if (previous is not null && table.Count < 4096) table.Add([.. previous, entry[0]]);
            output.AddRange(entry);
            previous = entry;
            if (table.Count == 1 << width && width < 12) width++;
        }
    }
}

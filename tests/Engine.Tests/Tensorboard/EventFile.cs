using System.Buffers.Binary;
using System.Text;

namespace Engine.Tests.Tensorboard;

/// <summary>Reads event files by hand: records with their checksums, fields by their numbers. Shares no code with the writer.</summary>
static class EventFile
{
    internal static string Single(string directory) => Assert.Single(Directory.GetFiles(directory, "events.out.tfevents.*"));

    internal static List<Fields> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var events = new List<Fields>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(Masked(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            Assert.Equal(Masked(bytes.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            events.Add(new Fields(bytes.AsMemory(at + 12, length)));
            at += length + 16;
        }
        return events;
    }

    // CRC-32C bit by bit, Castagnoli's polynomial reversed.
    internal static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var one in bytes)
        {
            sum ^= one;
            for (var bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ ((sum & 1) * 0x82F63B78u);
        }
        sum = ~sum;
        return ((sum >> 15) | (sum << 17)) + 0xa282ead8u;
    }
}

/// <summary>A message of the protocol-buffer wire format: its fields by number, in order.</summary>
sealed class Fields
{
    readonly List<(int Number, ulong Bits, ReadOnlyMemory<byte> Bytes)> all = [];

    internal Fields(ReadOnlyMemory<byte> message)
    {
        var at = 0;
        ulong Varint()
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var one = message.Span[at++];
                value |= (ulong)(one & 127) << shift;
                if (one < 128) return value;
            }
        }
        while (at < message.Length)
        {
            var key = Varint();
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0: all.Add((number, Varint(), default)); break;
                case 1: all.Add((number, BinaryPrimitives.ReadUInt64LittleEndian(message.Span[at..]), default)); at += 8; break;
                case 5: all.Add((number, BinaryPrimitives.ReadUInt32LittleEndian(message.Span[at..]), default)); at += 4; break;
                case 2:
                    var length = (int)Varint();
                    all.Add((number, 0, message.Slice(at, length)));
                    at += length;
                    break;
                default: throw new InvalidDataException($"wire type {key & 7}");
            }
        }
    }

    internal bool Has(int number) => all.Any(field => field.Number == number);
    internal Fields Message(int number) => new(Bytes(number));
    internal ReadOnlyMemory<byte> Bytes(int number) => all.Single(field => field.Number == number).Bytes;
    internal string Text(int number) => Encoding.UTF8.GetString(Bytes(number).Span);
    internal long Whole(int number) => (long)all.SingleOrDefault(field => field.Number == number).Bits;
    internal double Double(int number) => BitConverter.UInt64BitsToDouble(all.SingleOrDefault(field => field.Number == number).Bits);
    internal float Single(int number) => BitConverter.UInt32BitsToSingle((uint)all.SingleOrDefault(field => field.Number == number).Bits);

    internal double[] Doubles(int number)
    {
        var bytes = Bytes(number);
        return [.. Enumerable.Range(0, bytes.Length / 8).Select(k => BinaryPrimitives.ReadDoubleLittleEndian(bytes.Span[(8 * k)..]))];
    }

    /// <summary>The one value of an event's summary.</summary>
    internal Fields Value => Message(5).Message(1);
}

using System.Runtime.InteropServices;

namespace TalkingHead.Formats;

/// <summary>The plain forms of bytes and of numpy's scalars, as Python 3 writes them in protocol 2.</summary>
static class PickledScalars
{
    /// <summary>The bytes of a text of characters up to U+00FF.</summary>
    internal static PickledBytes Latin1(PickledString text, PickleCursor cursor)
    {
        cursor.Spend(text.Value.Length);
        var bytes = new byte[text.Value.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = text.Value[i] <= 0xff ? (byte)text.Value[i] : throw cursor.Refuse("bytes written as text hold a character above U+00FF");
        return new PickledBytes(bytes);
    }

    /// <summary>A numpy scalar as the Python number that it is.</summary>
    internal static PickledValue Numpy(PickledNumpyType type, PickledValue content, PickleCursor cursor)
    {
        var bytes = content switch
        {
            PickledBytes plain => plain.Value.Span,
            PickledString python2 => Latin1(python2, cursor).Value.Span,
            _ => throw cursor.Refuse("a numpy scalar without bytes"),
        };
        return (type.Code, bytes.Length) switch
        {
            ("b1", 1) => new PickledBool(bytes[0] != 0),
            ("i1", 1) => new PickledInteger((sbyte)bytes[0]),
            ("u1", 1) => new PickledInteger(bytes[0]),
            ("i2", 2) => new PickledInteger(MemoryMarshal.Read<short>(bytes)),
            ("u2", 2) => new PickledInteger(MemoryMarshal.Read<ushort>(bytes)),
            ("i4", 4) => new PickledInteger(MemoryMarshal.Read<int>(bytes)),
            ("u4", 4) => new PickledInteger(MemoryMarshal.Read<uint>(bytes)),
            ("i8", 8) => new PickledInteger(MemoryMarshal.Read<long>(bytes)),
            ("u8", 8) => new PickledInteger(MemoryMarshal.Read<ulong>(bytes)),
            ("f2", 2) => new PickledFloat((double)MemoryMarshal.Read<Half>(bytes)),
            ("f4", 4) => new PickledFloat(MemoryMarshal.Read<float>(bytes)),
            ("f8", 8) => new PickledFloat(MemoryMarshal.Read<double>(bytes)),
            _ => throw cursor.Refuse($"a numpy scalar of type \"{type.Code}\" with {bytes.Length} bytes"),
        };
    }
}

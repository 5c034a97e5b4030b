using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace TalkingHead.Serialization;

/// <summary>An array of an <c>.npy</c> file: its bytes in C order, little-endian.</summary>
public sealed record NpyArray(ScalarType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>A new tensor on the CPU with these elements.</summary>
    public Tensor ToTensor() => TensorBytes.Read(this);

    /// <summary>The elements in C order.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> has another size than this array's elements.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != ElementTypes.Size(Type))
            throw new ArgumentException($"Elements of {Type} are {ElementTypes.Size(Type)} bytes, a {typeof(T).Name} is not.");
        return MemoryMarshal.Cast<byte, T>(Bytes.Span).ToArray();
    }
}

/// <summary>
/// Numpy's <c>.npy</c>, versions 1 to 3: bool, integers and floats, little-endian, C order. Object arrays (which are
/// pickles), Fortran order and big-endian numbers are refused.
/// </summary>
public static partial class Npy
{
    const int HeadBytes = 8, Alignment = 64, LongestHeader = 1 << 16;

    [GeneratedRegex(@"^\{'descr': '(?<descr>[^'\\]{1,16})', 'fortran_order': (?<order>True|False), "
        + @"'shape': \((?<shape>[0-9, ]*)\),? ?\} *\n?$")]
    private static partial Regex Header();

    /// <summary>Reads an array from a file.</summary>
    /// <exception cref="UserException">The file is missing, damaged, or holds what is not read here.</exception>
    public static NpyArray Read(string path)
    {
        using var file = MappedFile.Open(path);
        if (file.Length > int.MaxValue)
            throw new UserException($"{path}: {file.Length} bytes are more than an .npy file here may have ({int.MaxValue}).");
        return Read(file.Slice(0, (int)file.Length), path);
    }

    /// <summary>Reads an array from the bytes of a file.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="where">What to call it in an error.</param>
    /// <exception cref="UserException">The bytes are damaged or hold what is not read here.</exception>
    public static NpyArray Read(ReadOnlySpan<byte> bytes, string where)
    {
        if (bytes.Length < HeadBytes + 4 || !bytes.StartsWith(Magic))
            throw Damaged(where, "it does not start as one");
        var version = bytes[6];
        if (version is < 1 or > 3)
            throw Damaged(where, $"version {version} is not one of 1 to 3");
        var start = version == 1 ? HeadBytes + 2 : HeadBytes + 4;
        long length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[HeadBytes..])
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes[HeadBytes..]);
        if (length > Math.Min(LongestHeader, bytes.Length - start))
            throw Damaged(where, $"a header of {length} bytes is announced in {bytes.Length}");
        var match = Header().Match(Encoding.UTF8.GetString(bytes.Slice(start, (int)length)));
        if (!match.Success)
            throw Damaged(where, "its header has another form than numpy writes");
        return Parse(bytes[(start + (int)length)..], match, where);
    }

    /// <summary>Writes a tensor from any device.</summary>
    public static void Write(Stream stream, Tensor tensor)
    {
        using var bytes = new MemoryStream();
        TensorBytes.Write(tensor, bytes);
        Write(stream, tensor.dtype, bytes.GetBuffer().AsSpan(0, (int)bytes.Length), tensor.shape);
    }

    /// <summary>Writes an array: version 1, its data aligned to 64 bytes, as numpy does.</summary>
    public static void Write<T>(Stream stream, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        var type = Type.GetTypeCode(typeof(T)) switch
        {
            TypeCode.Boolean => ScalarType.Bool,
            TypeCode.Byte => ScalarType.Byte,
            TypeCode.SByte => ScalarType.Int8,
            TypeCode.Int16 => ScalarType.Int16,
            TypeCode.Int32 => ScalarType.Int32,
            TypeCode.Int64 => ScalarType.Int64,
            TypeCode.Single => ScalarType.Float32,
            TypeCode.Double => ScalarType.Float64,
            _ when typeof(T) == typeof(Half) => ScalarType.Float16,
            _ => throw new ArgumentException($"{typeof(T).Name} has no .npy type here."),
        };
        Write(stream, type, MemoryMarshal.AsBytes(values), shape);
    }

    internal static void Write(Stream stream, ScalarType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (var size in shape)
            count = checked(count * size);
        if (count * ElementTypes.Size(type) != bytes.Length)
            throw new ArgumentException($"{bytes.Length} bytes do not fill {count} elements of {type}.");
        var sizes = string.Join(", ", shape.ToArray()) + (shape.Length == 1 ? "," : "");
        var text = $"{{'descr': '{ElementTypes.For(type).Npy}', 'fortran_order': False, 'shape': ({sizes}), }}";
        var padded = (HeadBytes + 2 + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var head = new byte[padded];
        Magic.CopyTo(head);
        head[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(HeadBytes), checked((ushort)(padded - HeadBytes - 2)));
        head.AsSpan(HeadBytes + 2).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, head.AsSpan(HeadBytes + 2));
        head[^1] = (byte)'\n';
        stream.Write(head);
        stream.Write(bytes);
    }

    static NpyArray Parse(ReadOnlySpan<byte> data, Match header, string where)
    {
        var descr = header.Groups["descr"].Value;
        var type = ElementTypes.Find(names => names.Npy == descr)
            ?? throw new UserException($"{where}: elements of type '{descr}'; little-endian bool, integers and floats "
                + $"are read ({string.Join(", ", ElementTypes.All.Select(names => names.Npy).Where(name => name != ""))}).");
        if (header.Groups["order"].Value == "True")
            throw new UserException($"{where}: is in Fortran order; save it with numpy.ascontiguousarray.");
        var shape = new List<long>();
        foreach (var size in header.Groups["shape"].Value.Split(',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            shape.Add(long.TryParse(size, out var value) ? value : throw Damaged(where, $"a dimension of {size}"));
        var needed = shape.Aggregate((BigInteger)type.Size, (product, size) => product * size);
        if (needed != data.Length)
            throw Damaged(where, $"its shape ({string.Join(", ", shape)}) needs {needed} bytes and {data.Length} follow the header");
        return new NpyArray(type.Type, shape, data.ToArray());
    }

    static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    static UserException Damaged(string where, string what) => new($"{where}: not a whole .npy file: {what}.");
}

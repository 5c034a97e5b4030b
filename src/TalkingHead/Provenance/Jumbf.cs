using System.Buffers.Binary;
using System.Text;

namespace TalkingHead.Provenance;

/// <summary>A file's credentials break the rules of their format: what was found, for a sentence.</summary>
sealed class BadCredentialsException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A superbox of JUMBF (ISO/IEC 19566-5): a label, a type and boxes within. C2PA keeps its manifests in such boxes.</summary>
sealed class Jumbf
{
    const int HeaderLength = 8, UuidLength = 16, MostDepth = 8, MostBoxes = 10_000;

    // Of every type in C2PA: four letters, then this.
    static readonly byte[] UuidTail = Convert.FromHexString("00110010800000AA00389B71");

    Jumbf(string type, string label, ReadOnlyMemory<byte> payload, List<Jumbf> boxes, ReadOnlyMemory<byte>? content) =>
        (Type, Label, Payload, Boxes, Content) = (type, label, payload, boxes, content);

    /// <summary>Four letters, such as "c2ma" for a manifest; empty for a type that C2PA does not have.</summary>
    internal string Type { get; }

    internal string Label { get; }

    /// <summary>Everything after the box's size and "jumb": what hashed references to it cover.</summary>
    internal ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The superboxes in it.</summary>
    internal IReadOnlyList<Jumbf> Boxes { get; }

    /// <summary>The first content box's bytes; null without one.</summary>
    internal ReadOnlyMemory<byte>? Content { get; }

    internal Jumbf? Find(string label) => Boxes.FirstOrDefault(box => box.Label == label);

    /// <summary>The bytes that Super and <see cref="Cbor"/> would write for what was read.</summary>
    internal byte[] Rebuilt() => Boxes.Count == 0 && Content is { } content ? Cbor(Type, Label, content.ToArray())
        : Super(Type, Label, [.. Boxes.Select(box => box.Rebuilt())]);

    /// <summary>A superbox of CBOR.</summary>
    internal static byte[] Cbor(string type, string label, byte[] cbor) => Super(type, label, Box("cbor"u8, cbor));

    /// <summary>A superbox of others.</summary>
    internal static byte[] Super(string type, string label, params ReadOnlySpan<byte[]> contents)
    {
        // 3: requestable, with a label
        byte[] description = [.. Encoding.ASCII.GetBytes(type), .. UuidTail, 3, .. Encoding.UTF8.GetBytes(label), 0];
        var all = new MemoryStream();
        all.Write(Box("jumd"u8, description));
        foreach (var content in contents)
            all.Write(content);
        return Box("jumb"u8, all.ToArray());
    }

    /// <summary>What a hashed reference to a superbox covers.</summary>
    internal static ReadOnlySpan<byte> Hashed(byte[] superbox) => superbox.AsSpan(HeaderLength);

    static byte[] Box(ReadOnlySpan<byte> type, ReadOnlySpan<byte> payload)
    {
        byte[] box = [0, 0, 0, 0, .. type, .. payload];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        return box;
    }

    /// <exception cref="BadCredentialsException">Sizes that do not fit, boxes without end, no superbox.</exception>
    internal static Jumbf Parse(ReadOnlyMemory<byte> bytes)
    {
        var boxes = 0;
        var (type, payload, length) = Next(bytes);
        if (type != "jumb")
            throw new BadCredentialsException($"they begin with a box \"{Shown(type)}\" instead of \"jumb\"");
        if (bytes[length..].Span.ContainsAnyExcept((byte)0))
            throw new BadCredentialsException($"{bytes.Length - length} bytes follow their last box");
        return Super(payload, 0, ref boxes);
    }

    static Jumbf Super(ReadOnlyMemory<byte> payload, int depth, ref int boxes)
    {
        if (depth > MostDepth)
            throw new BadCredentialsException($"their boxes lie more than {MostDepth} deep in each other");
        var (first, description, at) = Next(payload);
        if (first != "jumd" || description.Length < UuidLength + 1)
            throw new BadCredentialsException("a box has no description");
        var inner = new List<Jumbf>();
        ReadOnlyMemory<byte>? content = null;
        while (at < payload.Length)
        {
            if (++boxes > MostBoxes)
                throw new BadCredentialsException($"they hold more than {MostBoxes:N0} boxes");
            var (type, body, length) = Next(payload[at..]);
            if (type == "jumb")
                inner.Add(Super(body, depth + 1, ref boxes));
            else if (type != "free")
                content ??= body;
            at += length;
        }
        return new(TypeOf(description.Span), LabelOf(description.Span), payload, inner, content);
    }

    static (string Type, ReadOnlyMemory<byte> Payload, int Length) Next(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < HeaderLength)
            throw new BadCredentialsException("a box is cut off");
        var size = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span);
        if (size < HeaderLength || size > bytes.Length)
            throw new BadCredentialsException($"a box says that it has {size:N0} bytes where {bytes.Length:N0} are left");
        return (Encoding.Latin1.GetString(bytes.Span.Slice(4, 4)), bytes[HeaderLength..(int)size], (int)size);
    }

    static string TypeOf(ReadOnlySpan<byte> description) =>
        description[4..UuidLength].SequenceEqual(UuidTail) ? Encoding.Latin1.GetString(description[..4]) : "";

    static string LabelOf(ReadOnlySpan<byte> description)
    {
        if ((description[UuidLength] & 2) == 0)
            return "";
        var text = description[(UuidLength + 1)..];
        var end = text.IndexOf((byte)0);
        return end >= 0 ? Encoding.UTF8.GetString(text[..end]) : throw new BadCredentialsException("a box's label has no end");
    }

    static string Shown(string type) => string.Concat(type.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '?'));
}

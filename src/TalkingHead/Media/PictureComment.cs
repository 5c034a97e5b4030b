using System.Buffers.Binary;
using System.Security;
using System.Text;

namespace TalkingHead.Media;

/// <summary>Puts a comment into the metadata of encoded pictures.</summary>
static class PictureComment
{
    /// <summary>What pictures and videos made by a network carry by default.</summary>
    public const string Synthetic = "Synthetic media: made by a talking head model, not a recording.";

    const int HeaderEnd = 8 + 25; // PNG signature and IHDR chunk

    /// <summary>An iTXt chunk after the header (PNG specification, 11.3.3.4), under the keyword for comments or another.</summary>
    public static byte[] InPng(byte[] png, string comment, string keyword = "Comment")
    {
        byte[] chunk = [.. new byte[4], .. "iTXt"u8, .. Encoding.ASCII.GetBytes(keyword), 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(comment),
            .. new byte[4]];
        BinaryPrimitives.WriteInt32BigEndian(chunk, chunk.Length - 12);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc(chunk.AsSpan(4, chunk.Length - 8)));
        return [.. png.AsSpan(0, HeaderEnd), .. chunk, .. png.AsSpan(HeaderEnd)];
    }

    /// <summary>A COM segment after the start marker.</summary>
    public static byte[] InJpeg(byte[] jpeg, string comment)
    {
        var text = Encoding.UTF8.GetBytes(comment);
        byte[] segment = [0xFF, 0xFE, (byte)((text.Length + 2) >> 8), (byte)(text.Length + 2), .. text];
        return [.. jpeg.AsSpan(0, 2), .. segment, .. jpeg.AsSpan(2)];
    }

    /// <summary>A chunk after the others (WebP container specification: readers ignore unknown chunks).</summary>
    public static byte[] InWebp(byte[] webp, string comment)
    {
        var text = Encoding.UTF8.GetBytes(comment.Length % 2 == 0 ? comment : comment + " "); // chunks have even lengths
        byte[] all = [.. webp, .. "note"u8, 0, 0, 0, 0, .. text];
        BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(webp.Length + 4), text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(4), all.Length - 8);
        return all;
    }

    /// <summary>A comment extension before the trailer (GIF89a, 24).</summary>
    public static byte[] GifTail(string comment)
    {
        List<byte> tail = [0x21, 0xFE];
        foreach (var block in Encoding.UTF8.GetBytes(comment).Chunk(255))
            tail.AddRange([(byte)block.Length, .. block]);
        return [.. tail, 0, 0x3B];
    }

    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320u & (0 - (crc & 1)));
        }

        return ~crc;
    }
}

/// <summary>
/// Says in a file's metadata that a model made it: in words, and as IPTC's digital source type in an XMP packet, which
/// publishing tools and platforms read (IPTC Photo Metadata Standard 2023.1; XMP specification, part 3).
/// </summary>
/// <param name="Software">Name and version of the program.</param>
/// <param name="Model">Which model, such as a head's id.</param>
/// <param name="IsComposite">Whether real pictures stand beside generated ones, as in a sheet.</param>
public sealed record SyntheticMark(string Software, string Model, bool IsComposite = false)
{
    /// <summary>IPTC's term for what a trained model generated.</summary>
    public const string DigitalSourceType = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

    /// <summary>IPTC's term for what shows generated and real content together.</summary>
    public const string CompositeSourceType = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";

    /// <summary>The term that holds for this file.</summary>
    public string SourceType => IsComposite ? CompositeSourceType : DigitalSourceType;

    /// <summary>Name and version of the program apart.</summary>
    internal (string Name, string Version) Program => Software.LastIndexOf(' ') is var gap and > 0
        ? (Software[..gap], Software[(gap + 1)..]) : (Software, "");

    // The box of an XMP packet in mp4.
    static readonly byte[] XmpUuid = Convert.FromHexString("BE7ACFCB97A942E89C71999491E3AFAC");

    /// <summary>The mark of this version of the program.</summary>
    public static SyntheticMark For(string model, bool isComposite = false) =>
        new($"talkinghead {typeof(SyntheticMark).Assembly.GetName().Version?.ToString(3)}", model, isComposite);

    /// <summary>For formats, and readers, that know words only.</summary>
    public string Comment => $"{PictureComment.Synthetic} {Software}, {Model}. {SourceType}";

    const string Namespaces = "xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" "
        + "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"";

    string Properties => $"Iptc4xmpExt:DigitalSourceType=\"{SourceType}\" xmp:CreatorTool=\"{SecurityElement.Escape(Software)}\" "
        + $"dc:source=\"{SecurityElement.Escape(Model)}\"";

    /// <summary>The packet.</summary>
    public string Xmp => $"""
        <?xpacket begin="{'\uFEFF'}" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
          {Namespaces}
          {Properties}/></rdf:RDF></x:xmpmeta>
        <?xpacket end="r"?>
        """;

    /// <summary>A PNG file with the packet and the comment.</summary>
    internal byte[] InPng(byte[] png) => PictureComment.InPng(PictureComment.InPng(png, Comment), Xmp, "XML:com.adobe.xmp");

    /// <summary>A box to stand after the others of an mp4 file: players pass over it.</summary>
    internal byte[] Mp4Box()
    {
        var packet = Encoding.UTF8.GetBytes(Xmp);
        var box = new byte[8 + XmpUuid.Length + packet.Length];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        "uuid"u8.CopyTo(box.AsSpan(4));
        XmpUuid.CopyTo(box, 8);
        packet.CopyTo(box, 8 + XmpUuid.Length);
        return box;
    }
}

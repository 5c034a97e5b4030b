using System.Buffers.Binary;
using System.Security;
using System.Text;

namespace TalkingHead.Media;

/// <summary>
/// Says in a file's metadata that a model made it: in words, and as IPTC's digital source type in an XMP packet, which
/// publishing tools and platforms read (IPTC Photo Metadata Standard 2023.1; XMP specification, part 3).
/// </summary>
/// <param name="Software">Name and version of the program.</param>
/// <param name="Model">Which model, such as a head's id.</param>
public sealed record SyntheticMark(string Software, string Model)
{
    /// <summary>IPTC's term for what a trained model generated.</summary>
    public const string DigitalSourceType = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

    // The box of an XMP packet in mp4.
    static readonly byte[] XmpUuid = Convert.FromHexString("BE7ACFCB97A942E89C71999491E3AFAC");

    /// <summary>The mark of this version of the program.</summary>
    public static SyntheticMark Of(string model) => new($"talkinghead {typeof(SyntheticMark).Assembly.GetName().Version?.ToString(3)}", model);

    /// <summary>For formats, and readers, that know words only.</summary>
    public string Comment => $"{PictureComment.Synthetic} {Software}, {Model}. {DigitalSourceType}";

    /// <summary>The packet.</summary>
    public string Xmp => $"""
        <?xpacket begin="{'\uFEFF'}" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
          xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
          Iptc4xmpExt:DigitalSourceType="{DigitalSourceType}" xmp:CreatorTool="{SecurityElement.Escape(Software)}" dc:source="{SecurityElement.Escape(Model)}"/></rdf:RDF></x:xmpmeta>
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

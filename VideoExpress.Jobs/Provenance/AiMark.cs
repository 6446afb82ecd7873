using System.Text;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Provenance;

/// <summary>
/// The machine-readable mark of generated media: an XMP packet with the IPTC digital source type, as cameras, stock agencies and
/// platforms read it. No word of a user is in it.
/// </summary>
internal static class AiMark
{
    // Where XMP is in an ISO base media file: XMP specification part 3, 1.2.7.
    private static readonly Guid XmpBox = new("be7acfcb-97a9-42e8-9c71-999491e3afac");

    /// <summary>The whole box for a file of the given kind.</summary>
    public static byte[] Box(DigitalSourceType type) => Mp4Tail.UuidBox(XmpBox, Encoding.UTF8.GetBytes(Packet(type)));

    // The id in the first line is the same in every packet (XMP specification part 1, 7.3.2); "r" says that there is no room to edit it in place.
    private static string Packet(DigitalSourceType type) =>
        $"""
        <?xpacket begin="{'\uFEFF'}" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/">
         <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
          <rdf:Description rdf:about=""
            xmlns:dc="http://purl.org/dc/elements/1.1/"
            xmlns:xmp="http://ns.adobe.com/xap/1.0/"
            xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
            xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
           <Iptc4xmpExt:DigitalSourceType>{type.Uri}</Iptc4xmpExt:DigitalSourceType>
           <xmp:CreatorTool>{Recipe.Product} {Recipe.ProductVersion}</xmp:CreatorTool>
           <photoshop:Credit>Made with {Recipe.Product}</photoshop:Credit>
           <dc:description>
            <rdf:Alt>
             <rdf:li xml:lang="x-default">{type.Sentence}</rdf:li>
            </rdf:Alt>
           </dc:description>
          </rdf:Description>
         </rdf:RDF>
        </x:xmpmeta>
        <?xpacket end="r"?>
        """;
}

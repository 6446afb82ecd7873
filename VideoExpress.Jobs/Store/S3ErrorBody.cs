using System.Xml;
using System.Xml.Linq;

namespace VideoExpress.Jobs.Store;

/// <summary>The XML body of an S3 error.</summary>
/// <param name="Code">Such as <c>NoSuchKey</c>; empty when the body is not S3's.</param>
/// <param name="Message">The store's words.</param>
/// <param name="RequestId">What the store's operator finds it by.</param>
/// <param name="Region">The region that the store expects, where it says so.</param>
internal sealed record S3ErrorBody(string Code, string Message, string RequestId, string? Region)
{
    /// <summary>No body, or not S3's.</summary>
    public static readonly S3ErrorBody None = new("", "", "", null);

    /// <summary>Reads a body; <see cref="None"/> when it is no S3 error.</summary>
    public static S3ErrorBody Read(Stream body)
    {
        try
        {
            var root = XDocument.Load(body).Root;
            string? Text(string name) => root.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value;
            return root?.Name.LocalName == "Error"
                ? new S3ErrorBody(Text("Code") ?? "", Text("Message") ?? "", Text("RequestId") ?? "", Text("Region"))
                : None;
        }
        catch (XmlException)
        {
            return None;
        }
    }
}

using System.Xml;
using System.Xml.Linq;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>The XML body of an S3 error.</summary>
/// <param name="Code">Such as <c>NoSuchKey</c>; empty when the body is not S3's.</param>
/// <param name="Message">The store's words.</param>
/// <param name="RequestId">What the store's operator finds it by.</param>
/// <param name="Region">The region that the store expects, where it says so.</param>
internal sealed record S3ErrorBody(string Code, string Message, string RequestId, string? Region)
{
    /// <summary>The code for an upload in parts that is over, one way or the other.</summary>
    public const string NoSuchUpload = "NoSuchUpload";

    /// <summary>No body, or not S3's.</summary>
    public static readonly S3ErrorBody None = new("", "", "", null);

    /// <summary>Reads a body; <see cref="None"/> when it is no S3 error.</summary>
    public static S3ErrorBody Read(byte[] body, int length)
    {
        try
        {
            var root = XDocument.Load(new MemoryStream(body, 0, length)).Root;
            string? Text(string name) => root?.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value;
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

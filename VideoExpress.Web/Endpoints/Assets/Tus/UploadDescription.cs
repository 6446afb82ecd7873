using System.Globalization;
using VideoExpress.Jobs.Assets.Uploads;

namespace VideoExpress.Web.Endpoints.Assets.Tus;

/// <summary>How an upload stands, as the protocol's headers.</summary>
internal static class UploadDescription
{
    public static void Describe(this Upload upload, IHeaderDictionary headers)
    {
        headers[TusHeaders.UploadOffset] = TusHeaders.Number(upload.Offset);
        headers[TusHeaders.UploadLength] = TusHeaders.Number(upload.Length);
        if (upload.Metadata is { } metadata)
        {
            headers[TusHeaders.UploadMetadata] = metadata;
        }

        if (upload.Asset is { } asset)
        {
            headers[TusHeaders.UploadAsset] = asset.Url;
        }
        else
        {
            headers[TusHeaders.UploadExpires] = upload.ExpiresAt.ToString("R", CultureInfo.InvariantCulture);
        }
    }
}

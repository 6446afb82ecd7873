using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary>Reads a multipart form part by part as it comes: one <c>file</c>, and perhaps a text <c>name</c>, in any order.</summary>
internal static class MultipartFile
{
    private const string NameField = "name";
    private const int MaxNameBytes = 4096;

    /// <summary>True when the request says that it is such a form.</summary>
    public static bool Is(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    /// <summary>Hands the file's content on.</summary>
    /// <returns>The field <c>name</c> and the file's own name; null where one was not given.</returns>
    /// <exception cref="BadHttpRequestException">It has no boundary, is malformed, or ends before its last boundary.</exception>
    /// <exception cref="InvalidFieldsException">A field is unknown, missing, too long, or given twice.</exception>
    public static async Task<(string? Name, string? FileName)> ReadAsync(
        string contentType, Stream body, Func<Stream, Task> onFile, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadPartsAsync(contentType, body, onFile, cancellationToken);
        }
        catch (IOException cut) when (cut is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The multipart body ends before its last boundary.", cut);
        }
        catch (InvalidDataException malformed)
        {
            throw new BadHttpRequestException("The multipart body cannot be read.", malformed);
        }
    }

    private static async Task<(string? Name, string? FileName)> ReadPartsAsync(
        string contentType, Stream body, Func<Stream, Task> onFile, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(Boundary(contentType), body);
        var errors = new FieldErrors();
        string? name = null;
        string? fileName = null;
        var hasFile = false;
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            var head = section.GetContentDispositionHeader();
            switch (HeaderUtilities.RemoveQuotes(head?.Name ?? default).ToString())
            {
                case AssetExaminer.Field when !hasFile:
                    hasFile = true;
                    fileName = HeaderUtilities.RemoveQuotes(head!.FileNameStar.HasValue ? head.FileNameStar : head.FileName).ToString();
                    await onFile(section.Body);
                    break;
                case NameField when name is null:
                    name = await TextAsync(section.Body, errors, cancellationToken);
                    break;
                case var field:
                    errors.Add(field, Sentence(field));
                    errors.ThrowIfAny();
                    break;
            }
        }

        if (!hasFile)
        {
            errors.Add(AssetExaminer.Field, "is missing.");
        }

        errors.ThrowIfAny();
        return (name, fileName);
    }

    private static string Sentence(string field) => field is AssetExaminer.Field or NameField
        ? "is given more than once."
        : $"is not known here; known are {AssetExaminer.Field}, {NameField}.";

    private static string Boundary(string contentType) =>
        HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(contentType).Boundary) is { Length: > 0 and <= 70 } boundary
            ? boundary.ToString()
            : throw new BadHttpRequestException("The Content-Type names no boundary of 1 to 70 characters.");

    private static async Task<string> TextAsync(Stream part, FieldErrors errors, CancellationToken cancellationToken)
    {
        var bytes = new byte[MaxNameBytes + 1];
        var length = await part.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxNameBytes)
        {
            errors.Add(NameField, $"may have {MaxNameBytes} bytes at most.");
            errors.ThrowIfAny();
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}

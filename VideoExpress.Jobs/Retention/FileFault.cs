using System.Text.Json.Serialization;

namespace VideoExpress.Jobs.Retention;

/// <summary>What is wrong with a file in the store.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FileFault>))]
public enum FileFault
{
    /// <summary>It is not there.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>It has another length.</summary>
    [JsonStringEnumMemberName("wrong_length")]
    WrongLength,

    /// <summary>It has another sha256.</summary>
    [JsonStringEnumMemberName("wrong_content")]
    WrongContent,
}

/// <summary>How the database and the events write a fault.</summary>
internal static class FileFaults
{
    /// <summary>
    /// A condition on a row: its <c>fault</c> becomes <c>@fault</c>. Who has not read a file, and finds it gone or cut, knows less than who has
    /// found other content: that fault stays until a reader takes it away.
    /// </summary>
    public const string MayBecome = "fault is not @fault and (@fault is null or fault is not 'wrong_content')";

    /// <summary>Of the column <c>fault</c>.</summary>
    public static string Word(this FileFault fault) => fault switch
    {
        FileFault.Missing => "missing",
        FileFault.WrongLength => "wrong_length",
        _ => "wrong_content",
    };

    /// <summary>The end of the type of the event that tells a fault, or that there is none any more.</summary>
    public static string Event(FileFault? fault) => fault switch
    {
        null => "found",
        FileFault.Missing => "lost",
        _ => "damaged",
    };
}

using System.Text.Json.Serialization.Metadata;

namespace VideoExpress.Web.Gateway;

/// <summary>Answers in the shape that RunPod's clients and workers expect: plain JSON, errors under <c>error</c>.</summary>
internal static class Answer
{
    public static IResult Json<T>(T value, JsonTypeInfo<T> type) => TypedResults.Json(value, type, "application/json");

    public static IResult Error(int status, string error) =>
        TypedResults.Json(new ErrorAnswer(error), GatewayJson.Default.ErrorAnswer, "application/json", status);
}

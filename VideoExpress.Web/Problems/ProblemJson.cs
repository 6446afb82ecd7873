using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace VideoExpress.Web.Problems;

/// <summary>What a problem's extensions may hold.</summary>
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string[]>))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
[JsonSerializable(typeof(bool))]
internal sealed partial class ProblemJson : JsonSerializerContext;

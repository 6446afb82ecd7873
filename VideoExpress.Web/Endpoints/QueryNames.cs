using System.Reflection;
using Microsoft.AspNetCore.Routing.Patterns;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Web.Endpoints;

/// <summary>A query parameter that nobody reads would be a filter that does not filter, or a dry run that makes and pays a job.</summary>
internal static class QueryNames
{
    /// <summary>
    /// Answers 422 to every query parameter that the call does not take. What it takes are its handler's parameters of type string whose
    /// names are not in its path.
    /// </summary>
    public static T RefuseUnknownQuery<T>(this T routes)
        where T : IEndpointConventionBuilder
    {
        routes.ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        routes.Add(endpoint => endpoint.FilterFactories.Add((handler, next) =>
        {
            var known = Known(handler.MethodInfo, ((RouteEndpointBuilder)endpoint).RoutePattern);
            return context =>
            {
                Check(context.HttpContext.Request.Query, known);
                return next(context);
            };
        }));
        return routes;
    }

    private static string[] Known(MethodInfo handler, RoutePattern path) =>
    [
        .. handler.GetParameters()
            .Where(parameter => parameter.ParameterType == typeof(string))
            .Select(parameter => parameter.Name!)
            .Where(name => path.GetParameter(name) is null),
    ];

    private static void Check(IQueryCollection query, string[] known)
    {
        var errors = new FieldErrors();
        foreach (var name in query.Keys.Except(known, StringComparer.OrdinalIgnoreCase))
        {
            errors.Add(name.Length == 0 ? "?" : name, Sentence(name, known));
        }

        errors.ThrowIfAny();
    }

    private static string Sentence(string name, string[] known) => known switch
    {
        [] => "is not known here; this call takes no query parameters.",
        _ when NearestName.Meant(name, known) is { } meant => $"is not known here; did you mean {meant}?",
        _ => $"is not known here; known are {string.Join(", ", known)}.",
    };
}

namespace VideoExpress.Jobs.Types;

/// <summary>What is wrong with a request, by the field that is wrong.</summary>
public sealed class FieldErrors
{
    private readonly SortedDictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    /// <summary>True while nothing is wrong.</summary>
    public bool IsEmpty => _errors.Count == 0;

    /// <summary>Adds a sentence about a field, named by its path such as <c>params.captions[0].end</c>.</summary>
    public void Add(string field, string sentence)
    {
        if (!_errors.TryGetValue(field, out var sentences))
        {
            _errors.Add(field, sentences = []);
        }

        sentences.Add(sentence);
    }

    /// <summary>The sentences by field.</summary>
    public Dictionary<string, string[]> ToDictionary() => _errors.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());

    /// <summary>Throws when something is wrong.</summary>
    public void ThrowIfAny()
    {
        if (!IsEmpty)
        {
            throw new InvalidFieldsException(this);
        }
    }
}

/// <summary>A request was refused because of its fields; nothing was written.</summary>
public sealed class InvalidFieldsException(FieldErrors errors)
    : Exception(string.Join(" ", errors.ToDictionary().Select(pair => $"{pair.Key}: {string.Join(" ", pair.Value)}")))
{
    /// <summary>What is wrong.</summary>
    public FieldErrors Errors { get; } = errors;
}

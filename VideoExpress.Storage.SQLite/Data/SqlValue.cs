using System.Globalization;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>A value for a statement, without a box around numbers.</summary>
internal readonly struct SqlValue
{
    private SqlValue(SqlKind kind, long bits, string? text) => (Kind, Bits, Text) = (kind, bits, text);

    public SqlKind Kind { get; }

    /// <summary>The number, or the bits of the fraction.</summary>
    public long Bits { get; }

    public string? Text { get; }

    /// <summary>Takes what an application gives.</summary>
    /// <exception cref="ArgumentException">It is of a type that has no one way to be stored.</exception>
    public static SqlValue From(object? value) => value switch
    {
        null => default,
        string text => text,
        bool flag => flag ? 1 : 0,
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        float or double => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"A {value.GetType().Name} cannot be bound: give a number, a text, a boolean or null.", nameof(value)),
    };

    public static implicit operator SqlValue(long value) => new(SqlKind.Number, value, null);

    public static implicit operator SqlValue(long? value) => value is { } number ? number : default(SqlValue);

    public static implicit operator SqlValue(double value) => new(SqlKind.Fraction, BitConverter.DoubleToInt64Bits(value), null);

    public static implicit operator SqlValue(string? value) => value is null ? default : new SqlValue(SqlKind.Text, 0, value);
}

internal enum SqlKind
{
    Null,
    Number,
    Fraction,
    Text,
}

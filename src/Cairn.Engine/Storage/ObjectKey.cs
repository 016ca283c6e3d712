using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage;

/// <summary>
/// The name of an object inside a repository: ASCII segments of <c>[A-Za-z0-9._-]</c> joined by <c>/</c>, no segment
/// empty, <c>.</c> or <c>..</c>. So a key is safe as a relative path and as an S3 key alike.
/// </summary>
public readonly record struct ObjectKey : IComparable<ObjectKey>
{
    public const int MaxLength = 512;

    readonly string? _value;

    public ObjectKey(string value)
    {
        Invariant.That(IsValid(value));
        _value = value;
    }

    public string Value => _value ?? throw new InvalidOperationException("an ObjectKey was used without a value");

    /// <summary>For names that come from a store's listing: anybody may have put anything there.</summary>
    public static bool TryParse(string value, out ObjectKey key)
    {
        key = IsValid(value) ? new ObjectKey(value) : default;
        return key._value is not null;
    }

    /// <summary>Whether a text may be asked for in a listing: whole segments with a trailing slash, or empty.</summary>
    public static bool IsPrefix(string prefix) =>
        prefix.Length == 0 || (prefix[^1] == '/' && IsValid(prefix[..^1]));

    public int CompareTo(ObjectKey other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;

    static bool IsValid(string value)
    {
        if (value.Length is 0 or > MaxLength)
            return false;
        foreach (var segment in value.AsSpan().Split('/'))
        {
            var text = value.AsSpan(segment);
            if (text.IsEmpty || text is "." or ".." || text.ContainsAnyExcept(Allowed))
                return false;
        }
        return true;
    }

    static readonly System.Buffers.SearchValues<char> Allowed = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
}

namespace Cairn.Engine.Formats;

/// <summary>docs/format.md, section 16. All but <see cref="Unsupported"/> and <see cref="WrongKey"/> are damage.</summary>
public enum FailureKind
{
    /// <summary>A newer format, type, suite or feature: nothing is wrong with the object.</summary>
    Unsupported,
    /// <summary>Magic, lengths, order, canonical form or limits are not as the format says.</summary>
    Framing,
    /// <summary>The bytes do not hash to the name, or the name says something else than the object.</summary>
    Name,
    Authentication,
    Signature,
    /// <summary>A blob does not have its id, length or encoding; a manifest contradicts itself.</summary>
    Content,
    WrongKey,
}

/// <summary>
/// Bytes that are not what the format says. Thrown by codecs, which know what is wrong but not in which object;
/// whoever fetched the object adds its name.
/// </summary>
public sealed class FormatViolationException(FailureKind kind, string what) : Exception(what)
{
    public FailureKind Kind { get; } = kind;
}

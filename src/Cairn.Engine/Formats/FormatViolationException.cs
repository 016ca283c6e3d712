namespace Cairn.Engine.Formats;

/// <summary>What is wrong with an object or a blob, as docs/format.md section 16 tells the failures apart.</summary>
public enum FailureKind
{
    /// <summary>A newer format, type, suite or feature: nothing is wrong with the object.</summary>
    Unsupported,
    /// <summary>The bytes are not of the form the specification gives.</summary>
    Framing,
    /// <summary>The bytes do not hash to the name, or say inside that they are another object.</summary>
    Name,
    /// <summary>An AEAD tag is wrong.</summary>
    Authentication,
    /// <summary>A signature is wrong, or its signer is not entitled.</summary>
    Signature,
    /// <summary>A blob does not have its id, length or encoding, or contradicts what points to it.</summary>
    Content,
    /// <summary>No slot opens.</summary>
    WrongKey,
}

/// <summary>
/// Bytes from a repository are not what they should be. <paramref name="what"/> says which rule they break; whoever
/// knows the object's name adds it when reporting.
/// </summary>
public sealed class FormatViolationException(FailureKind kind, string what) : Exception(what)
{
    public FailureKind Kind { get; } = kind;

    /// <summary>With <see cref="FailureKind.Signature"/>: nobody entitled is known by the signer's id.</summary>
    public bool IsUnknownSigner { get; init; }

    /// <summary>Everything but a newer format and a wrong key means that something was damaged.</summary>
    public bool IsDamage => Kind is not (FailureKind.Unsupported or FailureKind.WrongKey);
}

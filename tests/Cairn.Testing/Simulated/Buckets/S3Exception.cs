namespace Cairn.Testing.Simulated.Buckets;

/// <summary>An answer of the bucket that is no success, as it would come over the wire.</summary>
public sealed class S3Exception(int status, string code, string message) : Exception($"{status} {code}: {message}")
{
    public int Status { get; } = status;
    public string Code { get; } = code;

    /// <summary>The text that came with the code: S3 tells a lock from a missing right by nothing else.</summary>
    public string Text { get; } = message;

    /// <summary>Whether a lock forbids it, and not a right that is missing.</summary>
    public bool IsLock => Code == "AccessDenied" && Text == S3Errors.LockText;
}

namespace Cairn.App.OpenPgp;

/// <summary>The <c>gpg</c> program is missing, was cancelled, or could not do what was asked of it.</summary>
public sealed class OpenPgpException(string message, string? hint = null) : Exception(message)
{
    public string? Hint { get; } = hint;
}

namespace Cairn.App;

/// <summary>What was asked for makes no sense, or not here: the command line or the configuration has to
/// change.</summary>
public sealed class UsageException(string message, string? hint = null) : Exception(message)
{
    public string? Hint { get; } = hint;
}

/// <summary>The configuration cannot be understood. The message names file and line.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A key is needed and none was given: no passphrase source, and no terminal to ask on.</summary>
public sealed class KeyNeededException(string message, string hint) : Exception(message)
{
    public string Hint { get; } = hint;
}

/// <summary>A passphrase or recovery key was named, but could not be had. Never says anything of the secret
/// itself.</summary>
public sealed class SecretSourceException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The text names no snapshot, or more than one.</summary>
public sealed class SnapshotNotFoundException(string message, string? hint = null) : Exception(message)
{
    public string? Hint { get; } = hint;
}

/// <summary>An operation was held back because it would harm what is there.</summary>
public sealed class RefusedException(string message, string hint) : Exception(message)
{
    public string Hint { get; } = hint;
}

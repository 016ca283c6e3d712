namespace Cairn.App.Secrets;

/// <summary>Where a passphrase comes from, as the command line says. At most one is set.</summary>
public sealed record PassphraseOptions
{
    public static readonly PassphraseOptions None = new();

    public string? File { get; init; }

    /// <summary>An open file descriptor of this process.</summary>
    public int? Descriptor { get; init; }

    /// <summary>For <c>/bin/sh -c</c>; what it prints is the passphrase.</summary>
    public string? Command { get; init; }

    internal void Validate(string optionStart)
    {
        var given = (File is null ? 0 : 1) + (Descriptor is null ? 0 : 1) + (Command is null ? 0 : 1);
        if (given > 1)
            throw new UsageException(
                $"give only one of {optionStart}-file, {optionStart}-fd and {optionStart}-command");
        if (Descriptor is < 0)
            throw new UsageException($"{optionStart}-fd needs the number of an open file, 0 or more");
    }
}

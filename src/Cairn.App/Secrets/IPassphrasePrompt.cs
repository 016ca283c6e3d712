using Cairn.Engine.Primitives;

namespace Cairn.App.Secrets;

/// <summary>Asks a person on the terminal.</summary>
public interface IPassphrasePrompt
{
    /// <summary>
    /// What was typed, with the echo off and without the line's end; null if it was nothing. The caller disposes it.
    /// </summary>
    SecretKey? Ask(string question, CancellationToken cancellationToken);

    /// <summary>True only if "yes" or "y" was typed.</summary>
    bool Confirm(string question, CancellationToken cancellationToken);
}

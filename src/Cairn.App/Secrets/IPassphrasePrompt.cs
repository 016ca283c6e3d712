using Cairn.Engine.Primitives;

namespace Cairn.App.Secrets;

/// <summary>Asks a person on the terminal, with the echo off.</summary>
public interface IPassphrasePrompt
{
    /// <summary>What was typed, without the line's end; null if it was nothing. The caller disposes it.</summary>
    SecretKey? Ask(string question, CancellationToken cancellationToken);
}

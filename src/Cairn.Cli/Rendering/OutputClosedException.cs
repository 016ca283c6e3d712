namespace Cairn.Cli.Rendering;

/// <summary>Nobody reads standard output any more.</summary>
sealed class OutputClosedException(Exception inner) : Exception("standard output was closed", inner);

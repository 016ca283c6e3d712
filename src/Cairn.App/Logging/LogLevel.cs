namespace Cairn.App.Logging;

/// <summary>How much goes into a log: each level has those before it too.</summary>
public enum LogLevel
{
    Error,
    Warning,

    /// <summary>What a run did: the lines that a person sees.</summary>
    Info,

    /// <summary>Every request to the store.</summary>
    Debug,
}

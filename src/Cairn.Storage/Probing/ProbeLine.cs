namespace Cairn.Storage.Probing;

public enum ProbeVerdict
{
    Good,
    /// <summary>A repository can lie there, with less protection or at a higher price.</summary>
    Limited,
    /// <summary>No repository can lie there.</summary>
    Bad,
    /// <summary>It could not be found out, mostly for lack of a right.</summary>
    Unknown,
}

/// <summary>One thing that a store was seen to do, or not.</summary>
/// <param name="Message">What that means, and where something is to be done, what.</param>
public sealed record ProbeLine(string Name, ProbeVerdict Verdict, string Message);

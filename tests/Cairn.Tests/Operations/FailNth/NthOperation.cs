namespace Cairn.Tests.Operations.FailNth;

/// <summary>One run of an operation.</summary>
/// <param name="Process">Null if nothing is to fail.</param>
/// <param name="Folder">A real one for what is restored; the same for a rerun.</param>
sealed record NthRun(PowerCutWorld World, NthProcess? Process, string Folder);

/// <summary>An operation on a <see cref="PowerCutWorld"/>, with what must have happened before.</summary>
/// <param name="Prepare">Makes the world ready, without any fault.</param>
/// <param name="Run">
/// Throws what it fails with, or returns what it reports as wrong, each with its object or path.
/// </param>
sealed record NthOperation(
    Func<PowerCutWorld, Task> Prepare, Func<NthRun, Task<IReadOnlyList<string>>> Run)
{
    /// <summary>Whether it may change anything in the repository.</summary>
    public bool Writes { get; init; }

    /// <summary>There is damage before, which only the operation as a whole does away with.</summary>
    public bool StartsDamaged { get; init; }

    /// <summary>Whether packs, ledgers and snapshots may go.</summary>
    public bool Deletes { get; init; }

    /// <summary>What holds once it was reported as done.</summary>
    public Func<NthRun, Task> AssertDone { get; init; } = _ => Task.CompletedTask;

    /// <summary>What holds after a failure, besides what must hold of any repository.</summary>
    public Action<NthRun, NthCall, NthFailure> AssertFailed { get; init; } = (_, _, _) => { };

    /// <summary>
    /// A rerun may be told that there is nothing left to do, where the first run had come so far that only its last
    /// answer was lost. <see cref="AssertDone"/> sees whether that is so.
    /// </summary>
    public Type? TellsDone { get; init; }
}

using Cairn.App.Secrets;
using Cairn.Engine.Operations;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Storage.Http;

namespace Cairn.App;

/// <summary>What a use-case takes from its surroundings; tests give others.</summary>
public sealed record AppEnvironment
{
    public required CairnPaths Paths { get; init; }

    /// <summary>Environment variables.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Absolute, as bytes: what relative paths are relative to.</summary>
    public required ReadOnlyMemory<byte> WorkingFolder { get; init; }

    public required string HostName { get; init; }
    public required string UserName { get; init; }

    /// <summary>Name and version of the program, for the record in snapshots.</summary>
    public required string Program { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Null where there is no terminal to ask on.</summary>
    public IPassphrasePrompt? Prompt { get; init; }

    public UseCaseEvents Events { get; init; } = new();

    /// <summary>Requests to remote stores, over all use-cases of the process.</summary>
    public RequestCounter Requests { get; } = new();

    /// <summary>Threads that compress and encrypt.</summary>
    public int Workers { get; init; } = Math.Max(1, Environment.ProcessorCount);

    internal EngineEnvironment Engine => new(Time, SystemRandom.Instance, BufferPool.Shared);
}

/// <summary>
/// What a use-case tells while it runs. Called from its thread, one at a time; a callback that throws ends the
/// use-case.
/// </summary>
public sealed record UseCaseEvents
{
    /// <summary>The work proper begins: from now on this can be polled. The text is the first line for a
    /// person.</summary>
    public Action<string, IProgressSource>? Started { get; init; }

    /// <summary>The same without a first line.</summary>
    public Action<IProgressSource>? Watched { get; init; }

    /// <summary>Worth knowing, nothing wrong.</summary>
    public Action<string>? Noticed { get; init; }

    /// <summary>
    /// Every request to the store, for a log. Null: nobody wants to know, and nothing is spent on it. Called from any
    /// thread.
    /// </summary>
    public Action<string>? Traced { get; init; }

    internal void Start(string what, IProgressSource progress) => Started?.Invoke(what, progress);

    /// <summary>As <see cref="Start"/>, for what needs no first line: its output begins at once.</summary>
    internal void Watch(IProgressSource progress) => Watched?.Invoke(progress);

    internal void Notice(string message) => Noticed?.Invoke(message);
}

using Cairn.Engine.Storage;
using Cairn.Storage.Disks;
using Cairn.Testing.Stores;

namespace Cairn.Tests.Operations.FailNth;

/// <summary>Where calls are counted and one of them fails.</summary>
public enum NthSeam
{
    /// <summary>Requests to the object store, below what retries them.</summary>
    Store,
    /// <summary>Calls of the file system under a local store.</summary>
    Disk,
    /// <summary>Local state.</summary>
    State,
    /// <summary>Where a restore writes.</summary>
    Target,
}

enum NthKind
{
    /// <summary>That call fails, and no other.</summary>
    Error,
    /// <summary>The same request to a store fails however often it is made; elsewhere, all calls of that member
    /// do.</summary>
    LastingError,
    /// <summary>Fails once, in a way that another try mends: nobody may notice.</summary>
    Passing,
    /// <summary>The process ends there.</summary>
    Crash,
}

/// <summary>One way to fail. Of the members below, the one of the seam counts.</summary>
sealed record NthFailure(string Name, NthKind Kind)
{
    public StoreFault Store { get; init; }
    public Errno Disk { get; init; }
    public Func<string, Exception>? State { get; init; }

    /// <summary>At a restore target: nothing further can be written either.</summary>
    public bool IsFatal { get; init; }

    public static readonly NthFailure TargetRefused = new("refused", NthKind.Error);

    public override string ToString() => Name;

    public static IReadOnlyList<NthFailure> Of(NthSeam seam) => seam switch
    {
        NthSeam.Store => OfStore,
        NthSeam.Disk => OfDisk,
        NthSeam.State => OfState,
        _ => OfTarget,
    };

    static readonly NthFailure[] OfStore =
    [
        .. Enum.GetValues<StoreErrorKind>()
            .Where(kind => kind is not (StoreErrorKind.Unavailable or StoreErrorKind.Throttled)).Select(kind =>
            new NthFailure($"{kind}", NthKind.Error) { Store = new StoreFault(FaultMoment.Before, kind) }),
        new("Unavailable for longer than is retried", NthKind.LastingError)
            { Store = new StoreFault(FaultMoment.Before) },
        new("Unavailable once", NthKind.Passing) { Store = new StoreFault(FaultMoment.Before) },
        new("response lost once", NthKind.Passing) { Store = new StoreFault(FaultMoment.After) },
        new("every response lost", NthKind.LastingError) { Store = new StoreFault(FaultMoment.After) },
        new("done, but reported as failed", NthKind.Error)
            { Store = new StoreFault(FaultMoment.After, StoreErrorKind.Failed) },
        new("crash before", NthKind.Crash) { Store = new StoreFault(FaultMoment.Before, StoreErrorKind.Failed) },
        new("crash behind", NthKind.Crash) { Store = new StoreFault(FaultMoment.After, StoreErrorKind.Failed) },
    ];

    static readonly NthFailure[] OfDisk =
    [
        .. new[]
        {
            Errno.InputOutput, Errno.NoSpace, Errno.QuotaExceeded, Errno.AccessDenied, Errno.ReadOnlyFileSystem,
            Errno.FileTooLarge, Errno.NoMemory,
        }.Select(code => new NthFailure($"{code}", IsPassing(code) ? NthKind.Passing : NthKind.Error) { Disk = code }),
        new("Interrupted", NthKind.Passing) { Disk = Errno.Interrupted },
        new("StaleHandle for good", NthKind.LastingError) { Disk = Errno.StaleHandle },
        new("crash", NthKind.Crash) { Disk = Errno.InputOutput },
    ];

    static readonly NthFailure[] OfState =
    [
        new("no space", NthKind.Error) { State = file => new IOException($"No space left on device : '{file}'") },
        new("refused", NthKind.Error)
            { State = file => new UnauthorizedAccessException($"Access to the path '{file}' is denied.") },
        new("refused for good", NthKind.LastingError)
            { State = file => new IOException($"Read-only file system : '{file}'") },
        new("crash", NthKind.Crash) { State = file => new IOException(file) },
    ];

    static readonly NthFailure[] OfTarget =
    [
        TargetRefused,
        new("full", NthKind.Error) { IsFatal = true },
        new("crash", NthKind.Crash) { IsFatal = true },
    ];

    static bool IsPassing(Errno code) => code == Errno.NoMemory;
}

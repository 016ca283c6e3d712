using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Storage;
using Cairn.Storage.Http;
using Cairn.Storage.Probing;
using Cairn.Storage.S3;

namespace Cairn.App.Access;

/// <summary>Opens stores, with as much patience as their kind deserves.</summary>
sealed class StoreAccess(AppEnvironment environment, AccessOptions options)
{
    const int CallsFirst = 4;
    const int CallsMax = 16;

    /// <summary>A local disk either works or does not.</summary>
    static readonly RetryOptions LocalRetry = new() { Patience = TimeSpan.FromSeconds(30) };

    /// <summary>A wait that is worth mentioning to a person, and how often.</summary>
    static readonly TimeSpan LongWait = TimeSpan.FromSeconds(4);
    static readonly TimeSpan NoticeInterval = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    long? _lastNotice;

    public StoreKnowledge Knowledge { get; } = new(environment.Paths);

    /// <param name="createRoot">
    /// For <c>init</c> only: elsewhere a missing folder must stay missing.
    /// </param>
    public IObjectStore Open(StoreLocation location, bool createRoot)
    {
        var store = location.Open(OptionsFor(location, createRoot));
        if (environment.Events.Traced is { } trace)
            store = new TracingStore(store, trace, environment.Time);
        return location.Scheme == StoreScheme.Local
            ? Retry(store, LocalRetry)
            : Retry(new PacedStore(store, CallsFirst, CallsMax), RemoteRetry());
    }

    /// <summary>Begins what the plan says, where a request costs a round trip.</summary>
    public static IObjectStore Prefetching(IObjectStore store, PrefetchPlan plan, TimeProvider time) =>
        store.Capabilities.HasCheapRanges ? store : new PrefetchingStore(store, plan, time);

    /// <summary>As of a store that nothing is known of; one attempt a call.</summary>
    public S3Store OpenForProbe(StoreLocation location)
    {
        var nothing = new S3Facts(HonoursCreateOnly: false, Locks: false, ListsInOrder: false);
        return (S3Store)location.Open(OptionsFor(location, createRoot: false) with { Facts = nothing });
    }

    /// <summary>Finds out what a bucket does, and remembers it.</summary>
    public async Task<S3ProbeReport> ProbeAsync(S3Store store, S3Location s3, CancellationToken cancellationToken)
    {
        var basis = new StoreProbe(Retry(store, LocalRetry));
        var report = await new S3Probe(store, s3).RunAsync(basis, cancellationToken);
        if (report.Facts is { } facts)
            Knowledge.Write(s3, facts);
        return report;
    }

    StoreOptions OptionsFor(StoreLocation location, bool createRoot) => new()
    {
        CreateRoot = createRoot, Time = environment.Time, Variable = environment.Variable,
        Requests = environment.Requests, Limits = Limits(location), DataClass = options.DataClass,
        Facts = location.S3 is { } s3 ? Knowledge.TryRead(s3) : null,
    };

    RetryingStore Retry(IObjectStore store, RetryOptions retry) =>
        new(store, retry, environment.Time, Random.Shared.NextDouble);

    // A server that is restarted, or a line that is down for an hour, must not end the backup of a week.
    RetryOptions RemoteRetry() => new()
    {
        AttemptsMax = int.MaxValue, Patience = TimeSpan.FromHours(2), FirstPatience = TimeSpan.FromSeconds(30),
        Waiting = TellOfWaiting,
    };

    void TellOfWaiting(StoreException failure, TimeSpan wait)
    {
        if (wait < LongWait)
            return;
        lock (_lock)
        {
            if (_lastNotice is { } last && environment.Time.GetElapsedTime(last) < NoticeInterval)
                return;
            _lastNotice = environment.Time.GetTimestamp();
        }
        environment.Events.Notice($"{failure.Message}; trying again");
    }

    TransferLimits Limits(StoreLocation location)
    {
        if (options.UploadLimit is null && options.DownloadLimit is null)
            return TransferLimits.None;
        if (location.Scheme == StoreScheme.Local)
            throw new UsageException("limits of the transfer are for stores behind a network, and this is a folder");
        return new TransferLimits(ToRate(options.UploadLimit), ToRate(options.DownloadLimit));
    }

    ByteRate? ToRate(long? bytesPerSecond)
    {
        if (bytesPerSecond is not { } rate)
            return null;
        Invariant.That(rate >= 1);
        return new ByteRate(rate, environment.Time);
    }
}

using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Testing.Simulated.Scheduling;
using Cairn.Testing.Simulated.Stores;

namespace Cairn.Simulation.Hosts;

/// <summary>
/// Makes a host break a rule, without touching the engine: shows it less of <c>retired/</c> than there is, at just the
/// moments when the rule says to look, or takes packs that it does not store at once.
/// </summary>
sealed class BlindStore(IObjectStore inner, Mutation mutation, SimulatedThreads threads) : IObjectStore, IVersionedStore
{
    static readonly TimeSpan Stale = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    // Of a repository that is as old as the world.
    readonly DateTimeOffset _created = threads.Clock.GetUtcNow() - threads.Clock.Elapsed;
    HashSet<string>? _shown;
    HashSet<string>? _hidden;
    string _newest = "";
    bool _isAnnounced, _isCommitted;

    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;

    /// <summary>L3: by this clock no lock ever ends.</summary>
    public IObjectVersions? Versions =>
        mutation == Mutation.LockBoundUnheeded ? new StoppedClock(_created) : inner.Versions;

    public async Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken)
    {
        if (mutation == Mutation.PacksLate && IsBelow(key, "packs/"))
        {
            ReadOnlyMemory<byte>[] copy = [.. content.Select(part => (ReadOnlyMemory<byte>)part.ToArray())];
            _ = threads.Run(() => PutLateAsync(key, copy, options));
            return PutOutcome.Stored;
        }
        // What the look behind the ledger will show is what there is before it.
        if (mutation == Mutation.LookBeforeAnnouncing && IsBelow(key, "ledgers/"))
            _shown = await NamesAsync(cancellationToken);
        var outcome = await inner.PutAsync(key, content, options, cancellationToken);
        _isAnnounced |= IsBelow(key, "ledgers/");
        _isCommitted |= IsBelow(key, "snapshots/");
        return outcome;
    }

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        inner.GetAsync(key, range, maxBytes, cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.StatAsync(key, cancellationToken);

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (prefix == "retired/" && mutation == Mutation.CondemnedUsed)
            _hidden ??= await NamesAsync(cancellationToken);
        var newest = _newest;
        await foreach (var info in inner.ListAsync(prefix, cancellationToken))
        {
            if (prefix != "retired/" || IsShown(info, newest))
                yield return info;
            if (prefix == "retired/" && string.CompareOrdinal(info.Name, _newest) > 0)
                _newest = info.Name;
        }
        if (prefix == "retired/" && _isCommitted)
            _isCommitted = _isAnnounced = false;
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.DeleteAsync(key, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    bool IsShown(ObjectInfo info, string newest) => mutation switch
    {
        Mutation.StaleListing => threads.Clock.GetUtcNow() - info.Modified > Stale,
        Mutation.LookBehindNewest => string.CompareOrdinal(info.Name, newest) > 0,
        Mutation.CondemnedUsed => !_hidden!.Contains(info.Name),
        Mutation.LookBeforeAnnouncing => _isCommitted || _shown?.Contains(info.Name) != false,
        Mutation.NoLook => !_isAnnounced || _isCommitted,
        Mutation.LastLookBlind => !_isCommitted,
        _ => true,
    };

    async Task PutLateAsync(ObjectKey key, ReadOnlyMemory<byte>[] content, PutOptions options)
    {
        try
        {
            await Task.Delay(Late, threads.Clock);
            await inner.PutAsync(key, content, options, CancellationToken.None);
        }
        catch (Exception e) when (e is StoreException or SimulatedCrashException)
        {
            // Then it is never stored: that is what the rule is for.
        }
    }

    async Task<HashSet<string>> NamesAsync(CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var info in inner.ListAsync("retired/", cancellationToken))
            names.Add(info.Name);
        return names;
    }

    static bool IsBelow(ObjectKey key, string prefix) => key.Value.StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>Hosts ask for nothing but the time.</summary>
    sealed class StoppedClock(DateTimeOffset now) : IObjectVersions
    {
        public DateTimeOffset? Now => now;

        public Task<VersionPage> ListPageAsync(
            string prefix, VersionPosition? after, CancellationToken cancellationToken) => throw Asked();

        public Task<PooledBuffer> GetAsync(
            ObjectVersionKey version, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
            throw Asked();

        public Task<HeldLock?> GetLockAsync(ObjectVersionKey version, CancellationToken cancellationToken) =>
            throw Asked();

        public Task<ObjectEvidence> GetEvidenceAsync(
            ObjectVersionKey version, CancellationToken cancellationToken) => throw Asked();

        public Task ExtendLockAsync(ObjectVersionKey version, HeldLock held, CancellationToken cancellationToken) =>
            throw Asked();

        public Task RemoveMarkerAsync(ObjectVersionKey marker, CancellationToken cancellationToken) => throw Asked();

        public Task PutOnTopAsync(
            ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
            CancellationToken cancellationToken) => throw Asked();

        static InvalidOperationException Asked() => new("a host asks for versions");
    }
}

using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Check;

/// <summary>What the parts of one check share.</summary>
sealed record CheckContext(
    ReadSession Session, StoreInventory Inventory, FindingLog Findings, CheckOptions Options, CheckMonitor Monitor)
    : IDisposable
{
    /// <summary>Held while looking at what was retired, which is for one at a time.</summary>
    public SemaphoreSlim RetiredLook { get; } = new(1);

    /// <summary>First 16 bytes of the names of all packs that ledgers name.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<PackPrefix, byte> PacksInLedgers { get; } = new();

    public void Dispose() => RetiredLook.Dispose();

    public Repository Repository => Session.Repository;
    public IObjectStore Store => Session.Repository.Store;

    /// <summary>As many requests as the store serves well.</summary>
    public ParallelOptions Requests(CancellationToken cancellationToken) => new()
    {
        MaxDegreeOfParallelism = Math.Max(Store.Capabilities.Concurrency, 1), CancellationToken = cancellationToken,
        TaskScheduler = Repository.Environment.Threads.Scheduler,
    };

    /// <summary>Reads and opens an object; what is wrong becomes a finding, and the result is null.</summary>
    public async Task<T?> TryReadAsync<T>(
        ObjectKey key, ObjectHash hash, Func<ReadOnlyMemory<byte>, T> open, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await ObjectReader.ReadAsync(Store, key, hash, open, cancellationToken);
        }
        catch (UnsupportedFormatException e)
        {
            await AddUnsupportedAsync(key, hash, e, cancellationToken);
        }
        catch (Exception e) when (ObjectProblem.TryFrom(key, e) is { } problem)
        {
            Findings.Add(problem);
        }
        return null;
    }

    /// <summary>Opens an object under the index key, and checks that it is the one its name says.</summary>
    public OpenedObject OpenDated(ObjectType type, DatedName name, ReadOnlyMemory<byte> bytes)
    {
        var opened = IndexEnvelope.Open(type, bytes.Span, Repository.Keys, Repository.Signers);
        return opened.Ulid == name.Ulid
            ? opened
            : throw new FormatViolationException(FailureKind.Name, "its name says another ULID than the object");
    }

    // A newer Cairn's object, or one flipped bit in the format number of an old one: the hash tells.
    async Task AddUnsupportedAsync(
        ObjectKey key, ObjectHash hash, UnsupportedFormatException e, CancellationToken cancellationToken)
    {
        using var bytes = await Store.GetAsync(key, ByteRange.Whole, Limits.ObjectBytes, cancellationToken);
        if (ObjectWriter.HashOf(bytes.Span) == hash)
            Findings.Add(CheckSeverity.Note, key.Value, FailureKind.Unsupported, $"not checked: {e.Message}");
        else
            Findings.Damage(key.Value, FailureKind.Name, "its bytes do not hash to its name");
    }
}

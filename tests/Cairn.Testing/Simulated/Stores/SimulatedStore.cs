using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Stores;

namespace Cairn.Testing.Simulated.Stores;

/// <summary>
/// The store as one process with one caller's rights sees it: a <see cref="SimulatedBucket"/> behind a network, with
/// faults as planned. PUTs are conditional and carry a SHA-256. It makes one attempt: wrap it to retry.
/// </summary>
public sealed partial class SimulatedStore(SimulatedBucket bucket, Caller caller, SimulatedStoreOptions options)
    : IObjectStore, IVersionedStore
{
    public SimulatedStore(SimulatedBucket bucket, Caller? caller = null, FaultPlan? faults = null)
        : this(bucket, caller ?? Caller.Owner, new SimulatedStoreOptions { Faults = faults ?? FaultPlan.None }) { }

    SimulatedBucket Bucket => bucket;
    Caller Caller => caller;

    public string Location => "simulated:";

    public StoreCapabilities Capabilities =>
        new()
        {
            ListsWhatWasWritten = bucket.Options.StaleListing is null, Concurrency = 8, HasCheapRanges = true,
            CanLock = bucket.Options.HasObjectLock,
        };

    /// <summary>Of a bucket without versions, too, as S3 does: what there is then has no id of its own.</summary>
    public IObjectVersions? Versions => new OwnVersions(this);

    public async Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions put,
        CancellationToken cancellationToken)
    {
        if (put.Lock is not null && !Capabilities.CanLock)
            throw PutOptions.NoLocks(key, Location);
        try
        {
            // Put together when it is sent: the date of its lock is counted from then.
            await SendAsync<ObjectVersion>(
                StoreMember.Put, key.Value, () => bucket.BeginPut(caller, NewPut(key, content, put)).Commit,
                cancellationToken);
            return PutOutcome.Stored;
        }
        catch (StoreException e) when (e.InnerException is S3Exception { Status: 412 })
        {
            return PutOutcome.AlreadyThere;
        }
    }

    public async Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        var asked = ToHttp(range);
        var (answer, fate) = await SendAsync<GetAnswer>(
            StoreMember.Get, key.Value, () => () => bucket.Get(caller, key.Value, versionId: null, asked),
            cancellationToken);
        var slice = ObjectSlice.Of(key, answer.Version.Size, range, maxBytes);
        var body = asked is null ? answer.Body.Slice((int)slice.Offset, slice.Length) : answer.Body;
        var received = fate.Fault == SimulatedFault.Truncated ? body[..(body.Length / 2)] : body;
        if (received.Length != slice.Length)
            throw new StoreException(
                StoreErrorKind.Unavailable,
                $"{key}: the answer ended after {received.Length} of {slice.Length} bytes ({options.Faults})", key);
        var buffer = BufferPool.Shared.Rent(slice.Length);
        received.Span.CopyTo(buffer.Span);
        return buffer;
    }

    public async Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            var (version, _) = await SendAsync<ObjectVersion>(
                StoreMember.Stat, key.Value, () => () => bucket.Head(caller, key.Value), cancellationToken);
            return ToInfo(version);
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.NotFound)
        {
            return null;
        }
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Invariant.That(ObjectKey.IsPrefix(prefix));
        ListPosition? from = null;
        do
        {
            var position = from;
            var (page, _) = await SendAsync<ListPage<ObjectVersion>>(
                StoreMember.List, prefix, () => () => bucket.ListObjects(caller, prefix, position), cancellationToken);
            foreach (var version in page.Entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return ToInfo(version);
            }
            from = page.Next;
        }
        while (from is not null);
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        SendAsync<bool>(
            StoreMember.Delete, key.Value,
            () => () =>
            {
                bucket.Delete(caller, key.Value);
                return true;
            },
            cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    PutRequest NewPut(ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions put)
    {
        var bytes = new byte[content.Sum(part => part.Length)];
        var filled = 0;
        foreach (var part in content)
        {
            part.CopyTo(bytes.AsMemory(filled));
            filled += part.Length;
        }
        // As a store of S3 does: where the bucket locks as long by itself, no header asks for it.
        var isCovered = put.Lock is { } wanted && bucket.Options.DefaultRetention is { } given
            && given.Mode >= (LockMode)wanted.Mode && TimeSpan.FromDays(given.Days) >= wanted.Duration;
        var retention = isCovered ? null
            : put.Lock is { } asked
            ? new Retention((LockMode)asked.Mode, bucket.Now + asked.Duration)
            : options.Lock?.From(bucket.Now);
        return new PutRequest(key.Value, bytes)
        {
            IfNoneMatch = true,
            StorageClass = put.StorageClass is { } name ? StorageClasses.Parse(name)
                : put.IsData ? options.DataClass
                : StorageClass.Standard,
            LockMode = retention?.Mode,
            RetainUntil = retention?.RetainUntil,
        }.WithSha256();
    }

    // HTTP has no word for a range of no bytes. Such a one, or a nonsensical one, asks for the object and is judged
    // by its size.
    static HttpRange? ToHttp(ByteRange range) =>
        range.IsWhole || range.Offset < 0 || range.Length == 0
            ? null
            : new HttpRange(range.Offset, range.Length - 1 > long.MaxValue - range.Offset
                ? long.MaxValue
                : range.Offset + range.Length - 1);

    static ObjectInfo ToInfo(ObjectVersion version) =>
        ObjectKey.TryParse(version.Key, out var key)
            ? new ObjectInfo(key, version.Size, version.LastModified)
            {
                StorageClass = version.StorageClass.Name(),
            }
            : new ObjectInfo(default, version.Size, version.LastModified, version.Key);
}

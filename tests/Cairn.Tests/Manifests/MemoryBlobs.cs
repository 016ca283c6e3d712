using System.Collections.Concurrent;
using System.Security.Cryptography;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Tests.Manifests;

/// <summary>Blobs by the hash of kind and content; counts what is read, and can be told to answer falsely.</summary>
sealed class MemoryBlobs : IBlobSink, IBlobSource
{
    public ConcurrentDictionary<(BlobKind, BlobId), byte[]> Blobs { get; } = [];
    public ConcurrentQueue<(BlobKind Kind, BlobId Id)> Reads { get; } = [];
    public int InFlight;
    public int InFlightMax;

    /// <summary>Reads complete later and on another thread.</summary>
    public bool IsAsynchronous { get; init; }

    public static BlobId IdOf(BlobKind kind, ReadOnlySpan<byte> plain)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([(byte)kind]);
        hash.AppendData(plain);
        return new BlobId(hash.GetHashAndReset());
    }

    public BlobId Put(BlobKind kind, ReadOnlySpan<byte> plain)
    {
        var id = IdOf(kind, plain);
        Blobs.TryAdd((kind, id), plain.ToArray());
        return id;
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        BlobKind kind, BlobId id, CancellationToken cancellationToken)
    {
        Reads.Enqueue((kind, id));
        var inFlight = Interlocked.Increment(ref InFlight);
        InFlightMax = Math.Max(InFlightMax, inFlight);
        if (IsAsynchronous)
            await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Decrement(ref InFlight);
        return Blobs[(kind, id)];
    }

    public int Count(BlobKind kind) => Blobs.Keys.Count(key => key.Item1 == kind);
}

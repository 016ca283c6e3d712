using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Push;

/// <param name="IsData">May go to a cold class.</param>
readonly record struct PoolPack(ObjectHash Name, long Size, bool IsData)
{
    public PackPrefix Prefix => PackPrefix.Of(Name);
}

/// <summary>The packs that lie in a spool, and which of them the store has already.</summary>
sealed class SpoolPool(SpoolParts parts)
{
    static readonly byte[] Nothing = [];

    readonly HashSet<ObjectHash> _sent = [];

    /// <summary>By the first half of their names, as ledgers name them.</summary>
    public Dictionary<PackPrefix, PoolPack> Packs { get; } = [];

    public static async Task<SpoolPool> ReadAsync(SpoolParts parts, CancellationToken cancellationToken)
    {
        var pool = new SpoolPool(parts);
        await pool.ReadAsync(parts.Hot, isData: false, cancellationToken);
        await pool.ReadAsync(parts.Data, isData: true, cancellationToken);
        await foreach (var info in parts.Hot.ListAsync(SpoolNames.Sent, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParsePack(
                new ObjectKey(ObjectNames.Packs + info.Key.Value[SpoolNames.Sent.Length..]), out var name))
                pool._sent.Add(name);
        }
        return pool;
    }

    async Task ReadAsync(IObjectStore part, bool isData, CancellationToken cancellationToken)
    {
        await foreach (var info in part.ListAsync(ObjectNames.Packs, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParsePack(info.Key, out var name))
                Packs[PackPrefix.Of(name)] = new PoolPack(name, info.Size, isData);
        }
    }

    public Task<PooledBuffer> GetAsync(PoolPack pack, CancellationToken cancellationToken) =>
        PartOf(pack).GetAsync(ObjectNames.Pack(pack.Name), ByteRange.Whole, Limits.PackBytes, cancellationToken);

    /// <summary>So that a push which is killed does not send it again.</summary>
    public async Task MarkSentAsync(PoolPack pack, CancellationToken cancellationToken)
    {
        try
        {
            await parts.Hot.PutAsync(SentKey(pack.Name), [Nothing], PutOptions.Hot, cancellationToken);
        }
        // A push is what makes room on a full disk. Without its mark the pack is at worst sent again.
        catch (StoreException e) when (e.Kind == StoreErrorKind.Full)
        {
        }
        lock (_sent)
            _sent.Add(pack.Name);
    }

    public async Task UnmarkAsync(PoolPack pack, CancellationToken cancellationToken)
    {
        await parts.Hot.DeleteAsync(SentKey(pack.Name), cancellationToken);
        lock (_sent)
            _sent.Remove(pack.Name);
    }

    public bool IsSent(PoolPack pack)
    {
        lock (_sent)
            return _sent.Contains(pack.Name);
    }

    /// <summary>Only what is stored, announced, and was looked for.</summary>
    public async Task RemoveAsync(PoolPack pack, CancellationToken cancellationToken)
    {
        await PartOf(pack).DeleteAsync(ObjectNames.Pack(pack.Name), cancellationToken);
        await parts.Hot.DeleteAsync(SentKey(pack.Name), cancellationToken);
        Packs.Remove(pack.Prefix);
        _sent.Remove(pack.Name);
    }

    /// <summary>What a killed push left of packs that are gone.</summary>
    public async Task RemoveStaleMarksAsync(CancellationToken cancellationToken)
    {
        foreach (var name in _sent.Where(name => !Packs.ContainsKey(PackPrefix.Of(name))).ToList())
        {
            await parts.Hot.DeleteAsync(SentKey(name), cancellationToken);
            _sent.Remove(name);
        }
    }

    IObjectStore PartOf(PoolPack pack) => pack.IsData ? parts.Data : parts.Hot;

    static ObjectKey SentKey(ObjectHash pack) =>
        new(SpoolNames.Sent + ObjectNames.Pack(pack).Value[ObjectNames.Packs.Length..]);
}

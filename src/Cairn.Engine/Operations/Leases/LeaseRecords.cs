using System.Security.Cryptography;
using System.Text;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Leases;

/// <summary>
/// What this machine knows of locks: of which version of which object, and until when. Locks are only ever made longer,
/// so what stands here is true or too modest. A cache (INV-7): lost, the store is asked again, one object at a time.
/// </summary>
public sealed class LeaseRecords
{
    const string FileName = "leases";
    const int FileBytesMax = 1 << 30;

    readonly Dictionary<ObjectKey, (string Version, HeldLock Held)> _locks = [];
    readonly Dictionary<ObjectHash, DateTimeOffset> _snapshots = [];

    LeaseRecords() { }

    public HeldLock? TryFind(ObjectVersionKey version) =>
        _locks.TryGetValue(version.Key, out var known) && known.Version == version.Id ? known.Held : null;

    /// <summary>Of whatever version.</summary>
    internal HeldLock? TryFindAny(ObjectKey key) => _locks.TryGetValue(key, out var known) ? known.Held : null;

    /// <summary>All that the snapshot needs is locked until then; null if that is not known.</summary>
    public DateTimeOffset? ProtectionOf(ObjectHash snapshot) =>
        _snapshots.TryGetValue(snapshot, out var until) ? until : null;

    internal void Set(ObjectVersionKey version, HeldLock held)
    {
        Invariant.That(version.Id is not null);
        lock (_locks)
            _locks[version.Key] = (version.Id, held);
    }

    internal void SetProtection(ObjectHash snapshot, DateTimeOffset until) => _snapshots[snapshot] = until;

    /// <summary>Forgets what is gone.</summary>
    internal void Keep(Func<ObjectKey, bool> isThere, IReadOnlySet<ObjectHash> snapshots)
    {
        foreach (var key in _locks.Keys.Where(key => !isThere(key)).ToList())
            _locks.Remove(key);
        foreach (var snapshot in _snapshots.Keys.Where(snapshot => !snapshots.Contains(snapshot)).ToList())
            _snapshots.Remove(snapshot);
    }

    public static LeaseRecords Load(IStateFolder state, RepositoryId repository)
    {
        using var file = state.TryOpen(FileName);
        if (file is null || file.Length is <= SHA256.HashSizeInBytes or > FileBytesMax)
            return new LeaseRecords();
        var body = file.Slice(SHA256.HashSizeInBytes, (int)file.Length - SHA256.HashSizeInBytes);
        if (!ChecksumOf(repository, body).AsSpan().SequenceEqual(file.Slice(0, SHA256.HashSizeInBytes)))
            return new LeaseRecords();
        try
        {
            return Decode(body);
        }
        catch (Exception e) when (e is ArgumentException or EndOfStreamException)
        {
            return new LeaseRecords();
        }
    }

    internal void Save(IStateFolder state, RepositoryId repository)
    {
        using var buffer = new MemoryStream();
        using (var body = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            body.Write(_locks.Count);
            foreach (var (key, (version, held)) in _locks)
            {
                body.Write(key.Value);
                body.Write(version);
                body.Write((byte)held.Mode);
                body.Write(held.Until.ToUnixTimeSeconds());
            }
            body.Write(_snapshots.Count);
            foreach (var (snapshot, until) in _snapshots)
            {
                body.Write(snapshot.AsSpan());
                body.Write(until.ToUnixTimeSeconds());
            }
        }
        var bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        using var writer = state.Create(FileName);
        writer.Write(ChecksumOf(repository, bytes));
        writer.Write(bytes);
        writer.Commit();
    }

    static LeaseRecords Decode(ReadOnlySpan<byte> body)
    {
        var records = new LeaseRecords();
        using var reader = new BinaryReader(new MemoryStream(body.ToArray()));
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var key = new ObjectKey(reader.ReadString());
            var version = reader.ReadString();
            records._locks[key] = (version, new HeldLock((ObjectLockMode)reader.ReadByte(), ReadTime(reader)));
        }
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var snapshot = new ObjectHash(reader.ReadBytes(ObjectHash.Size));
            records._snapshots[snapshot] = ReadTime(reader);
        }
        return records;
    }

    static DateTimeOffset ReadTime(BinaryReader reader) => DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64());

    static byte[] ChecksumOf(RepositoryId repository, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(repository.AsSpan());
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}

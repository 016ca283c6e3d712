using System.Security.Cryptography;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Copy;

/// <summary>
/// Which snapshots are in the target already: by the names there, and by what this machine remembers. The memory is
/// for credentials that may not list snapshots, and for what was forgotten and removed since: without it the next run
/// would copy that again. Lost, it costs that and no more.
/// </summary>
sealed class CopiedBefore
{
    const string FileName = "copied-snapshots";
    const int RecordSize = CopyMark.Size + ObjectHash.Size;

    readonly Repository _target;
    readonly IStateFolder _state;
    readonly Dictionary<CopyMark, ObjectHash> _remembered = [];
    readonly Dictionary<CopyMark, ObjectHash> _there = [];
    readonly HashSet<ObjectHash> _names = [];
    readonly HashSet<ObjectHash> _retired = [];
    bool _mayList = true;

    CopiedBefore(Repository target, IStateFolder state)
    {
        _target = target;
        _state = state;
    }

    static ReadOnlySpan<byte> Magic => "CRNcps1\n"u8;

    public static async Task<CopiedBefore> ReadAsync(
        Repository target, IStateFolder state, RetiredLog retired, CancellationToken cancellationToken)
    {
        var copied = new CopiedBefore(target, state);
        copied.Load();
        try
        {
            await copied.ListAsync(retired, cancellationToken);
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Refused)
        {
            copied._mayList = false;
        }
        foreach (var hash in copied._remembered.Values.Where(retired.Forgotten.Contains))
            copied._retired.Add(hash);
        return copied;
    }

    /// <summary>What is known of that snapshot; null if it is to be copied.</summary>
    public (CopyOutcome Outcome, ObjectHash Target)? Find(Repository source, SnapshotInfo snapshot)
    {
        // Copied back to where it came from.
        if (snapshot.Origin is { } origin && origin.Repository == _target.Id && _names.Contains(origin.Snapshot))
            return (CopyOutcome.AlreadyThere, origin.Snapshot);
        var mark = CopyMark.Of(_target, source, snapshot);
        if (_there.TryGetValue(mark, out var there))
            return (CopyOutcome.AlreadyThere, there);
        if (!_remembered.TryGetValue(mark, out var remembered))
            return null;
        if (_retired.Contains(remembered))
            return (CopyOutcome.Forgotten, remembered);
        // Neither there nor forgotten: the target was put back to an older copy.
        return _mayList ? null : (CopyOutcome.AlreadyThere, remembered);
    }

    public void Remember(CopyMark mark, ObjectHash target)
    {
        _there[mark] = target;
        _remembered[mark] = target;
        var body = new byte[Magic.Length + _target.Id.AsSpan().Length + _remembered.Count * RecordSize];
        Magic.CopyTo(body);
        _target.Id.CopyTo(body.AsSpan(Magic.Length));
        var rest = body.AsSpan(Magic.Length + _target.Id.AsSpan().Length);
        foreach (var (known, hash) in _remembered)
        {
            known.CopyTo(rest);
            hash.CopyTo(rest[CopyMark.Size..]);
            rest = rest[RecordSize..];
        }
        using var writer = _state.Create(FileName);
        writer.Write(body);
        writer.Write(SHA256.HashData(body));
        writer.Commit();
    }

    async Task ListAsync(RetiredLog retired, CancellationToken cancellationToken)
    {
        await foreach (var info in _target.Store.ListAsync(ObjectNames.Snapshots, cancellationToken))
        {
            if (info.ForeignName is not null || !ObjectNames.TryParseSnapshot(info.Key, out var name))
                continue;
            if (SnapshotCatalog.IsRetired(name, retired))
            {
                if (retired.Forgotten.Contains(name.Hash))
                    _remembered[CopyMark.Of(name)] = name.Hash;
                continue;
            }
            if (!SnapshotCatalog.IsAccepted(name, retired, _target.Signers))
                continue;
            _names.Add(name.Hash);
            _there[CopyMark.Of(name)] = name.Hash;
        }
    }

    // Damaged, or of another repository, it is as good as lost.
    void Load()
    {
        using var file = _state.TryOpen(FileName);
        var head = Magic.Length + _target.Id.AsSpan().Length;
        var length = (int)(file?.Length ?? 0) - SHA256.HashSizeInBytes;
        if (file is null || length < head || (length - head) % RecordSize != 0)
            return;
        var body = file.Slice(0, length);
        if (!body.StartsWith(Magic) || !body[Magic.Length..head].SequenceEqual(_target.Id.AsSpan())
            || !SHA256.HashData(body).AsSpan().SequenceEqual(file.Slice(length, SHA256.HashSizeInBytes)))
            return;
        for (var rest = body[head..]; !rest.IsEmpty; rest = rest[RecordSize..])
            _remembered[new CopyMark(rest[..CopyMark.Size])] = new ObjectHash(rest[CopyMark.Size..RecordSize]);
    }
}

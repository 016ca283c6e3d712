using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories;

/// <summary>Rows of a pack that are also rows of another, with the same blobs; both lists are as long.</summary>
public sealed record MovedRows(ObjectHash From, ObjectHash To, int[] FromRows, int[] ToRows);

/// <summary>What <c>moves/</c> announces. Each look fetches only what is new; nothing read is ever dropped
/// (R3).</summary>
/// <param name="skipsDamaged">For readers only: a record that cannot be read becomes a problem and stops
/// nobody.</param>
public sealed class MoveLog(
    IObjectStore store, EnvelopeKeys keys, SignerRegistry signers, bool skipsDamaged = false)
{
    readonly HashSet<ObjectKey> _read = [];
    readonly RecordChains _chains = new(ObjectNames.Moves);
    readonly List<MovedRows> _moves = [];
    readonly List<string> _problems = [];

    public IReadOnlyList<MovedRows> Moves => _moves;

    /// <summary>Objects that could not be used.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Records that are missing in their chains.</summary>
    public IEnumerable<string> Gaps => _chains.FindGaps();

    internal HostRecords.Tail TailOf(SignerId writer) => _chains.TailOf(writer);

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var found = new List<(ObjectKey Key, DatedName Name)>();
        await foreach (var info in store.ListAsync(ObjectNames.Moves, cancellationToken))
        {
            if (info.ForeignName is null && !_read.Contains(info.Key)
                && ObjectNames.TryParseDated(ObjectNames.Moves, info.Key, out var name))
                found.Add((info.Key, name));
        }
        await foreach (var (key, name, reading) in ObjectReader.ReadAllAsync(store, found, cancellationToken))
        {
            try
            {
                var bytes = await reading;
                ObjectReader.Decode(key, () => Take(bytes, name));
            }
            catch (DamagedObjectException e) when (e.IsForeign || skipsDamaged)
            {
                _problems.Add(e.Message);
            }
            catch (UnsupportedFormatException e) when (skipsDamaged)
            {
                _problems.Add(e.Message);
            }
            _read.Add(key);
        }
    }

    /// <summary>Takes a record that this process stored itself.</summary>
    internal void TakeOwn(ObjectKey key, DatedName name, ReadOnlyMemory<byte> bytes)
    {
        if (_read.Add(key))
            Take(bytes, name);
    }

    int Take(ReadOnlyMemory<byte> bytes, DatedName name)
    {
        var opened = IndexEnvelope.Open(ObjectType.Moves, bytes.Span, keys, signers);
        if (opened.Ulid != name.Ulid)
            throw new FormatViolationException(FailureKind.Name, "its name says another ULID than the object");
        var record = RecordCodecs.DecodeMoves(opened.Body.Span);
        _chains.Add(opened.Signer, record.Sequence, name.Hash, record.Previous);
        if (!signers.Counts(opened.Signer, name.Ulid))
        {
            _problems.Add($"{ObjectNames.Moves}: a record of {opened.Signer}, who was revoked, does not count");
            return 0;
        }
        foreach (var move in record.Moves)
        {
            _moves.Add(new MovedRows(
                new ObjectHash(move.From.Span), new ObjectHash(move.To.Span), RowsOf(move.FromRows),
                RowsOf(move.ToRows)));
        }
        return 0;
    }

    static int[] RowsOf(IReadOnlyList<uint> rows)
    {
        var result = new int[rows.Count];
        for (var i = 0; i < result.Length; i++)
            result[i] = rows[i] < Limits.PackRows
                ? (int)rows[i]
                : throw new FormatViolationException(FailureKind.Framing, $"a move of row {rows[i]}");
        return result;
    }
}

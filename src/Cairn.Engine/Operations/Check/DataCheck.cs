using System.Buffers.Binary;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Check;

/// <summary>
/// Reads packs whole: name, form and signature; that the index says of them what they say themselves; and every blob
/// decoded and hashed. One pack per worker in memory.
/// </summary>
sealed class DataCheck(CheckContext context)
{
    readonly PackVerifications _verifications = new(context);
    readonly IndexPass _pass = new(context.Session.Index);

    public async Task<VerificationState> RunAsync(CancellationToken cancellationToken)
    {
        var packs = context.Options.Schedule is { } schedule ? _verifications.Choose(schedule) : Choose();
        context.Monitor.Begin("reading packs", packs.Count, packs.Sum(pack => context.Inventory.Packs[pack]));
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Max(context.Options.Workers, 1), CancellationToken = cancellationToken,
            TaskScheduler = context.Repository.Environment.Threads.Scheduler,
        };
        try
        {
            await Parallel.ForEachAsync(
                packs, parallel, async (pack, cancellation) => await CheckAsync(pack, cancellation));
        }
        finally
        {
            // What was read before it was interrupted needs no reading the next time.
            _verifications.Write();
        }
        return _verifications.ToState();
    }

    List<ObjectHash> Choose()
    {
        // The largest first, so that workers finish together.
        var packs = context.Inventory.Packs.OrderByDescending(pack => pack.Value).ThenBy(pack => pack.Key)
            .Select(pack => pack.Key).ToList();
        if (context.Options.ReadDataPercent >= 100)
            return packs;
        var count = (int)Math.Ceiling(packs.Count * context.Options.ReadDataPercent / 100);
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        // The first steps of a Fisher-Yates shuffle.
        for (var i = 0; i < count; i++)
        {
            context.Repository.Environment.Random.Fill(random);
            var other = i + (int)(BinaryPrimitives.ReadUInt64LittleEndian(random) % (ulong)(packs.Count - i));
            (packs[i], packs[other]) = (packs[other], packs[i]);
        }
        return packs[..count];
    }

    async Task CheckAsync(ObjectHash name, CancellationToken cancellationToken)
    {
        var key = ObjectNames.Pack(name);
        try
        {
            using var pack = await context.Store.GetAsync(key, ByteRange.Whole, Limits.PackBytes, cancellationToken);
            context.Findings.AddRead(pack.Length);
            if (IsGood(name, key, pack.Span))
                _verifications.AddGood(name);
            context.Monitor.Add(pack.Length);
        }
        catch (StoreException e) when (ObjectProblem.IsAboutObject(e.Kind))
        {
            if (e.Kind == StoreErrorKind.NotFound && await WasDeletedAsync(name, cancellationToken))
                _verifications.Drop(name);
            else
                context.Findings.Damage(key.Value, kind: null, e.Message);
            foreach (var table in IndexedTables(name))
                SuspectAll(table);
        }
    }

    bool IsGood(ObjectHash name, ObjectKey key, ReadOnlySpan<byte> pack)
    {
        var indexed = IndexedTables(name);
        PackTable table;
        try
        {
            table = PackReader.Verify(name, pack, context.Repository.Keys, context.Repository.Signers);
        }
        catch (FormatViolationException e)
        {
            return IsSpared(name, key, pack, indexed, e);
        }
        var contradictions = indexed.Count(other => !IsSame(other, table));
        if (contradictions > 0)
            context.Findings.Damage(
                key.Value, FailureKind.Content, "an index object contradicts what the pack says of itself");
        var bad = DecodeAll(table, pack);
        if (bad > 0)
            context.Findings.Damage(
                key.Value, FailureKind.Content,
                $"{bad} of its blobs are not what their ids say, though the pack is as {AuthorOf(table)} signed it");
        return bad == 0 && contradictions == 0;
    }

    /// <summary>Reports it, and says whether it is none of this program's packs, but whole: nothing is lost by
    /// it.</summary>
    bool IsSpared(
        ObjectHash name, ObjectKey key, ReadOnlySpan<byte> pack, List<PackTable> indexed, FormatViolationException e)
    {
        var isIntact = ObjectWriter.HashOf(pack) == name;
        // Nobody with the index key made it: junk, unless the index relies on it.
        var isForeign = isIntact && indexed.Count == 0 && e.Kind == FailureKind.Authentication;
        var isNewer = isIntact && e.Kind == FailureKind.Unsupported;
        context.Findings.Add(
            isForeign || isNewer ? CheckSeverity.Note : CheckSeverity.Damage, key.Value,
            e.Kind == FailureKind.Unsupported && !isIntact ? FailureKind.Name : e.Kind, e.Message);
        if (TryReadTable(name, pack) is { } own)
            DecodeAll(own, pack);
        foreach (var table in indexed)
            DecodeAll(table, pack);
        return isForeign || isNewer;
    }

    /// <summary>How many do not decode; those become suspects.</summary>
    int DecodeAll(PackTable table, ReadOnlySpan<byte> pack)
    {
        var bad = 0;
        var offset = table.BlobsOffset;
        using var decoder = context.Session.Blobs.BorrowDecoder(table.Keys);
        for (var i = 0; i < table.Rows.Length; i++)
        {
            ref readonly var row = ref table.Rows[i];
            var end = offset + row.StoredLength;
            if (end > pack.Length || !decoder.TryDecode(in row, pack[offset..end]))
            {
                bad++;
                AddBad(table, i);
            }
            offset = end;
        }
        return bad;
    }

    PackTable? TryReadTable(ObjectHash name, ReadOnlySpan<byte> pack)
    {
        try
        {
            return PackReader.ReadTable(name, pack, context.Repository.Keys, out _);
        }
        catch (FormatViolationException)
        {
            return null;
        }
    }

    /// <summary>What the index says of a pack: usually one table; several if index objects contradict each
    /// other.</summary>
    List<PackTable> IndexedTables(ObjectHash name)
    {
        var index = context.Session.Index;
        var tables = new List<PackTable>();
        foreach (var number in index.FindPacksByPrefix(PackPrefix.Of(name)))
        {
            var facts = index.GetPack(number);
            if (facts.Name != name)
                continue;
            var rows = new PackRow[facts.RowCount];
            for (var row = 0; row < rows.Length; row++)
                rows[row] = index.GetRow(number, row);
            _pass.Passed(rows.Length);
            tables.Add(new PackTable
            {
                Name = name, Kind = facts.Kind, PackSize = facts.PackSize, Keys = facts.Keys, Authors = facts.Authors,
                Rows = rows, BlobsOffset = facts.BlobsOffset,
            });
        }
        return tables;
    }

    async Task<bool> WasDeletedAsync(ObjectHash name, CancellationToken cancellationToken)
    {
        // Without the token: a wait that is cancelled goes on upon a thread of the runtime's own choice. Whoever looks
        // heeds the same token.
        await context.RetiredLook.WaitAsync(CancellationToken.None);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await context.Session.Retired.LookAsync(context.Repository, cancellationToken);
            return context.Session.Retired.Deleted.Contains(name);
        }
        finally
        {
            context.RetiredLook.Release();
        }
    }

    void SuspectAll(PackTable table)
    {
        for (var i = 0; i < table.Rows.Length; i++)
            AddBad(table, i);
    }

    void AddBad(PackTable table, int row)
    {
        context.Findings.Suspect(table.Rows[row].Id);
        context.Findings.AddBadRow(table.Name, row);
    }

    string AuthorOf(PackTable table) =>
        context.Repository.Signers.FindEnrolled(table.Authors[0]) is { } author
            ? $"{author.Name} ({author.Id})" : table.Authors[0].ToString();

    static bool IsSame(PackTable left, PackTable right) =>
        left.Kind == right.Kind && left.PackSize == right.PackSize && left.BlobsOffset == right.BlobsOffset
        && left.Rows.AsSpan().SequenceEqual(right.Rows) && left.Authors.SequenceEqual(right.Authors)
        && left.Keys.Count == right.Keys.Count
        && left.Keys.Zip(right.Keys).All(pair => pair.First.Epoch == pair.Second.Epoch
            && pair.First.SealedBox.Span.SequenceEqual(pair.Second.SealedBox.Span));
}

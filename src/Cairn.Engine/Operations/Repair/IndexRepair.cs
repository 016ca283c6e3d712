using System.Collections.Concurrent;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Repair;

/// <param name="Packs">That no readable index object names, and that are named now.</param>
/// <param name="Problems">Index objects and packs that cannot be used, each with its name.</param>
public sealed record IndexRepairResult(
    int IndexObjects, int PacksKnown, int Packs, long Rows, long BytesRead, IReadOnlyList<ObjectProblem> Problems);

/// <summary>
/// Makes the index again from packs alone: those that no readable index object names are read whole, verified, and
/// named in new index objects. Needs the index key and the right to maintain, and reads no content. Deletes nothing;
/// a pack whose bytes are not what its name says is left unnamed, for whoever relies on the index would rely on it.
/// </summary>
public static class IndexRepair
{
    // Read between looks at whether there is enough for an index object.
    const int PacksAtOnce = 64;
    const int PacksPerObject = 4096;

    public static async Task<IndexRepairResult> RunAsync(
        Repository repository, int workers, bool isDryRun, WorkMonitor monitor, CancellationToken cancellationToken)
    {
        var signer = repository.RequireMaintainer();
        var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers, skipsDamaged: true);
        await retired.LookAsync(cancellationToken);
        var run = new Run(repository, signer, isDryRun, monitor);
        var known = await run.ReadIndexAsync(cancellationToken);
        var unnamed = new List<(ObjectHash Name, long Size)>();
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Packs, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParsePack(info.Key, out var name) && !known.Contains(name)
                && !retired.Deleted.Contains(name))
                unnamed.Add((name, info.Size));
        }
        monitor.Expect(unnamed.Count, unnamed.Sum(pack => pack.Size));
        foreach (var some in unnamed.Chunk(PacksAtOnce))
            await run.NameAsync(some.Select(pack => pack.Name), workers, cancellationToken);
        await run.PutAsync(cancellationToken);
        return run.ToResult(known.Count);
    }

    sealed class Run(Repository repository, Signer signer, bool isDryRun, WorkMonitor monitor)
    {
        readonly ConcurrentQueue<ObjectProblem> _problems = new();
        readonly List<PackTable> _tables = [];
        int _objects, _packs;
        long _rows, _bytes;

        /// <summary>The packs that index objects name, each object read again.</summary>
        public async Task<HashSet<ObjectHash>> ReadIndexAsync(CancellationToken cancellationToken)
        {
            var known = new HashSet<ObjectHash>();
            await foreach (var info in repository.Store.ListAsync(ObjectNames.Index, cancellationToken))
            {
                if (info.ForeignName is not null
                    || !ObjectNames.TryParseDated(ObjectNames.Index, info.Key, out var name))
                    continue;
                try
                {
                    var opened = await ObjectReader.ReadAsync(
                        repository.Store, info.Key, name.Hash, bytes => IndexObject.Open(repository, name, bytes),
                        cancellationToken);
                    known.UnionWith(opened.AllTables.Select(table => table.Name));
                }
                catch (Exception e) when (ObjectProblem.TryFrom(info.Key, e) is { } problem)
                {
                    _problems.Enqueue(problem);
                }
            }
            return known;
        }

        public async Task NameAsync(
            IEnumerable<ObjectHash> packs, int workers, CancellationToken cancellationToken)
        {
            var tables = new ConcurrentBag<PackTable>();
            var parallel = new ParallelOptions
            {
                MaxDegreeOfParallelism = Math.Max(workers, 1), CancellationToken = cancellationToken,
                TaskScheduler = repository.Environment.Threads.Scheduler,
            };
            await Parallel.ForEachAsync(packs, parallel, async (pack, cancellation) =>
            {
                if (await TryReadAsync(pack, cancellation) is { } table)
                    tables.Add(table);
            });
            _tables.AddRange(tables);
            if (_tables.Count >= PacksPerObject || _tables.Sum(table => table.Rows.Length) >= IndexGroups.RowsMax)
                await PutAsync(cancellationToken);
        }

        /// <summary>Names what was read since the last time: a run that is cut off has done that for good.</summary>
        public async Task PutAsync(CancellationToken cancellationToken)
        {
            foreach (var group in IndexGroups.ByRows(_tables.OrderBy(table => table.Name)))
            {
                if (!isDryRun)
                    await PutAsync(group, cancellationToken);
                _objects++;
                _packs += group.Count;
                _rows += group.Sum(table => (long)table.Rows.Length);
            }
            _tables.Clear();
        }

        public IndexRepairResult ToResult(int known) => new(
            _objects, known, _packs, _rows, Interlocked.Read(ref _bytes),
            [.. _problems.OrderBy(problem => problem.Object, StringComparer.Ordinal)]);

        async Task<PackTable?> TryReadAsync(ObjectHash name, CancellationToken cancellationToken)
        {
            var key = ObjectNames.Pack(name);
            try
            {
                using var pack = await repository.Store.GetAsync(
                    key, ByteRange.Whole, Limits.PackBytes, cancellationToken);
                Interlocked.Add(ref _bytes, pack.Length);
                monitor.Add(1, pack.Length);
                return ObjectReader.Decode(
                    key, () => PackReader.Verify(name, pack.Span, repository.Keys, repository.Signers));
            }
            catch (Exception e) when (ObjectProblem.TryFrom(key, e) is { } problem)
            {
                // Cold ones must be thawed first: that is for the store to say.
                _problems.Enqueue(problem);
                return null;
            }
        }

        async Task PutAsync(List<PackTable> tables, CancellationToken cancellationToken)
        {
            var ulid = Ulid.New(repository.Environment.Time, repository.Environment.Random);
            var stored = IndexEnvelope.Seal(
                ObjectType.Index, repository.CurrentEpoch.Domain, ulid, IndexCodec.Write(tables).Written,
                repository.Keys, signer, repository.Environment.Random);
            await ObjectWriter.PutDatedAsync(
                repository.Store, ObjectNames.Index, ulid, stored, cancellationToken);
        }
    }
}

using Cairn.Engine.Primitives;
using Google.Protobuf;

namespace Cairn.Engine.Repositories;

/// <summary>
/// The chains of records that maintainers write, one for each writer: every record names the one before it, so that a
/// missing one shows. Two runs of one writer at once continue the same record; that is a fork and no damage, and the
/// next record continues the longer branch.
/// </summary>
/// <param name="prefix">For messages: where the records lie.</param>
sealed class RecordChains(string prefix)
{
    const int WritersMax = 1024;

    readonly Dictionary<SignerId, Chain> _chains = [];
    readonly HashSet<ObjectHash> _summedUp = [];

    public void Add(SignerId writer, ulong sequence, ObjectHash hash, ByteString previous)
    {
        if (!_chains.TryGetValue(writer, out var chain))
        {
            Invariant.That(_chains.Count < WritersMax);
            _chains.Add(writer, chain = new Chain());
        }
        chain.Add(sequence, hash, previous.IsEmpty ? null : new ObjectHash(previous.Span));
    }

    /// <summary>Records that a summary stands for may be gone.</summary>
    public void AddSummedUp(IEnumerable<ByteString> records)
    {
        foreach (var record in records)
            _summedUp.Add(new ObjectHash(record.Span));
    }

    public HostRecords.Tail TailOf(SignerId writer) =>
        _chains.TryGetValue(writer, out var chain) ? chain.Tail : default;

    public IEnumerable<string> FindGaps()
    {
        foreach (var (writer, chain) in _chains)
        {
            foreach (var sequence in chain.Missing(_summedUp))
                yield return $"{prefix}: record {sequence} of {writer} is missing";
        }
    }

    sealed class Chain
    {
        readonly Dictionary<ObjectHash, ulong> _records = [];
        readonly List<(ulong Sequence, ObjectHash Previous)> _links = [];

        public HostRecords.Tail Tail { get; private set; }

        public void Add(ulong sequence, ObjectHash hash, ObjectHash? previous)
        {
            _records[hash] = sequence;
            if (previous is { } known)
                _links.Add((sequence, known));
            if (sequence > Tail.Sequence || (sequence == Tail.Sequence && hash.CompareTo(Tail.Hash!.Value) < 0))
                Tail = new HostRecords.Tail(sequence, hash);
        }

        public IEnumerable<ulong> Missing(HashSet<ObjectHash> summedUp)
        {
            foreach (var (sequence, previous) in _links)
            {
                var isThere = _records.TryGetValue(previous, out var found) && found == sequence - 1;
                if (!isThere && !summedUp.Contains(previous))
                    yield return sequence - 1;
            }
        }
    }
}

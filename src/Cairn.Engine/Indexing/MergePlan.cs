using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Indexing;

/// <summary>
/// What a segment made of some inputs will hold: counts, identity, and where each pack of each input goes. Four bytes
/// a pack, so that writing can stream.
/// </summary>
sealed class MergePlan
{
    /// <summary>The place of a pack that is left out.</summary>
    public const uint Removed = uint.MaxValue;

    const uint RepeatedBit = 1u << 31;

    readonly uint[][] _places;
    readonly bool[][] _removed;

    public MergePlan(IReadOnlyList<ISegmentInput> inputs, in Bytes32 binding)
    {
        Inputs = inputs;
        _places = [.. inputs.Select(input => new uint[input.PackCount])];
        // Asked once: a pack may be removed while the writing is under way.
        _removed = [.. inputs.Select(input => Enumerable.Range(0, input.PackCount).Select(input.IsRemoved).ToArray())];
        Objects = [.. inputs.SelectMany(input => input.ReadObjects()).Distinct().Order()];

        using var identity = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        identity.AppendData(binding.AsSpan());
        foreach (var name in Objects)
            identity.AppendData(Encoding.ASCII.GetBytes(name.Value + "\n"));
        identity.AppendData([0]);

        // As long as it can become: of millions of packs one that grew would leave its former selves to the collector.
        var firstRows = new uint[inputs.Sum(input => (long)input.PackCount) + 1];
        var packs = 0;
        long rows = 0;
        long details = 0;
        PackKey? taken = null;
        foreach (var (input, pack, key) in PackMerge.Walk(inputs))
        {
            if (_removed[input][pack])
            {
                _places[input][pack] = Removed;
                continue;
            }
            if (key == taken)
            {
                _places[input][pack] = (uint)(packs - 1) | RepeatedBit;
                continue;
            }
            taken = key;
            _places[input][pack] = (uint)packs;
            firstRows[packs++] = (uint)rows;
            rows += inputs[input].RowCountOf(pack);
            details += inputs[input].RecordOf(pack).DetailsLength;
            Invariant.That(rows <= SegmentHeader.RowsMax);
            Invariant.That(packs <= SegmentHeader.PacksMax);
            identity.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<PackKey>(in key)));
        }
        firstRows[packs] = (uint)rows;
        Array.Resize(ref firstRows, packs + 1);
        FirstRows = firstRows;
        Header = new SegmentHeader(
            binding,
            new Bytes32(identity.GetHashAndReset()),
            Objects.Sum(name => name.Value.Length + 1L),
            details,
            (uint)Objects.Count,
            (uint)FirstRows.Length - 1,
            (uint)rows);
        Invariant.That(Header.ObjectBytes <= SegmentHeader.ObjectBytesMax);
        Invariant.That(Header.DetailBytes <= SegmentHeader.DetailBytesMax);
    }

    public IReadOnlyList<ISegmentInput> Inputs { get; }
    public IReadOnlyList<ObjectKey> Objects { get; }
    public SegmentHeader Header { get; }
    public uint[] FirstRows { get; }

    /// <summary>Where that pack of that input is in the new segment, or <see cref="Removed"/>.</summary>
    public uint PlaceOf(int input, int pack) =>
        _places[input][pack] is var place && place == Removed ? Removed : place & ~RepeatedBit;

    /// <summary>Whether the new segment takes the rows of that pack from that input.</summary>
    public bool IsTaken(int input, int pack) => (_places[input][pack] & RepeatedBit) == 0;

    /// <summary>The packs in the order of the new segment.</summary>
    public IEnumerable<(ISegmentInput Input, int Pack)> TakenPacks()
    {
        foreach (var item in PackMerge.Walk(Inputs))
        {
            if (IsTaken(item.Input, item.Pack))
                yield return (Inputs[item.Input], item.Pack);
        }
    }
}

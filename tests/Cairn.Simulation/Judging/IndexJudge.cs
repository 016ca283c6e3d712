using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;
using Cairn.Simulation.Worlds;
using Cairn.Testing.Simulated.Stores;

namespace Cairn.Simulation.Judging;

/// <summary>What an index object says is said by one that is there, in every state: it goes only while another contains
/// it.</summary>
sealed class IndexJudge(World world)
{
    readonly HashSet<DatedName> _there = [];
    readonly Dictionary<DatedName, HashSet<DatedName>> _contains = [];

    public void ObservePut(DatedName name, ReadOnlyMemory<byte> content, Repository keys)
    {
        if (_there.Add(name))
            _contains[name] = [.. Contained(content, keys)];
    }

    public void ObserveDelete(DatedName name, SimulatedCall call)
    {
        if (_there.Remove(name))
            world.Coverage.Count("index object deleted");
        world.Require(
            _there.Any(other => _contains[other].Contains(name)),
            $"{call}: no index object that is there contains it");
    }

    static IEnumerable<DatedName> Contained(ReadOnlyMemory<byte> stored, Repository keys)
    {
        var opened = IndexEnvelope.Open(ObjectType.Index, stored.Span, keys.Keys, keys.Signers);
        foreach (var inner in IndexCodec.Decode(opened.Body.Span).Contained)
        {
            yield return IndexCodec.NameOf(inner);
            foreach (var name in Contained(inner, keys))
                yield return name;
        }
    }
}

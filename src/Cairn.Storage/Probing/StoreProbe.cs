using System.Security.Cryptography;
using Cairn.Engine.Storage;

namespace Cairn.Storage.Probing;

/// <summary>
/// Finds out by doing whether a store keeps its contract: a server's word, or its status code, proves nothing. Leaves
/// no objects behind, where the store removes any.
/// </summary>
public sealed class StoreProbe(IObjectStore store)
{
    const int Size = 4096;
    static readonly ByteRange Part = new(100, 1000);

    readonly ProbeKeys _keys = new();
    readonly byte[] _content = RandomNumberGenerator.GetBytes(Size);

    /// <summary>Whether listings came in the order of names; true as long as nothing else was seen.</summary>
    public bool ListsInOrder { get; private set; } = true;

    public async Task<IReadOnlyList<ProbeLine>> RunAsync(CancellationToken cancellationToken)
    {
        var lines = new List<ProbeLine>
        {
            await TryAsync("write and read", () => ReadBackAsync(cancellationToken)),
        };
        if (lines[0].Verdict != ProbeVerdict.Good)
            return lines;
        lines.Add(await TryAsync("ranges", () => RangeAsync(cancellationToken)));
        lines.Add(await TryAsync("never overwritten", () => OverwriteAsync(cancellationToken)));
        lines.Add(await TryAsync("listing", () => ListAsync(cancellationToken)));
        lines.Add(await TryAsync("delete", () => DeleteAsync(cancellationToken)));
        if (!store.Capabilities.SurvivesPowerCuts)
            lines.Add(new ProbeLine(
                "power cuts", ProbeVerdict.Limited,
                "nobody tells when an object has come to the remote's disk: after a power cut there, run check"));
        if (!store.Capabilities.ListsWhatWasWritten)
            lines.Add(new ProbeLine(
                "kind of remote", ProbeVerdict.Limited,
                "listings of such a remote may be behind, or broken off: prune would not be safe here"));
        return lines;
    }

    async Task<ProbeLine> ReadBackAsync(CancellationToken cancellationToken)
    {
        const string name = "write and read";
        await store.PutAsync(_keys.First, [_content], PutOptions.Hot, cancellationToken);
        await store.PutAsync(_keys.Second, [_content], PutOptions.Hot, cancellationToken);
        return await HoldsAsync(_keys.First, ByteRange.Whole, cancellationToken)
            ? new ProbeLine(name, ProbeVerdict.Good, "what is stored is read back as it was")
            : new ProbeLine(
                name, ProbeVerdict.Bad, "what is read is not what was stored: use another store, and look at this one");
    }

    async Task<ProbeLine> RangeAsync(CancellationToken cancellationToken) =>
        await HoldsAsync(_keys.First, Part, cancellationToken)
            ? new ProbeLine("ranges", ProbeVerdict.Good, "parts of objects can be read")
            : new ProbeLine("ranges", ProbeVerdict.Bad, "parts of objects are read wrongly: use another store");

    async Task<ProbeLine> OverwriteAsync(CancellationToken cancellationToken)
    {
        var outcome = await store.PutAsync(_keys.First, [new byte[Size]], PutOptions.Hot, cancellationToken);
        return outcome == PutOutcome.AlreadyThere && await HoldsAsync(_keys.First, ByteRange.Whole, cancellationToken)
            ? new ProbeLine("never overwritten", ProbeVerdict.Good, "Cairn overwrites nothing here")
            : new ProbeLine(
                "never overwritten", ProbeVerdict.Bad, "an object was overwritten although Cairn looked: use another");
    }

    async Task<ProbeLine> ListAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var info in store.ListAsync(ProbeKeys.Folder, cancellationToken))
            if (_keys.IsMine(info))
                names.Add(info.Name);
        string[] expected = [_keys.First.Value, _keys.Second.Value];
        if (names.SequenceEqual(expected))
            return new ProbeLine("listing", ProbeVerdict.Good, "a listing shows at once what was stored, in order");
        ListsInOrder = false;
        return names.Order(StringComparer.Ordinal).SequenceEqual(expected)
            ? new ProbeLine(
                "listing", ProbeVerdict.Limited,
                "a listing shows at once what was stored, but out of order: listings that break take more memory")
            : new ProbeLine(
                "listing", ProbeVerdict.Bad,
                "a listing does not show what was just stored: prune would not be safe here, use another store");
    }

    async Task<ProbeLine> DeleteAsync(CancellationToken cancellationToken)
    {
        await store.DeleteAsync(_keys.First, cancellationToken);
        await store.DeleteAsync(_keys.Second, cancellationToken);
        return await store.StatAsync(_keys.First, cancellationToken) is null
            ? new ProbeLine("delete", ProbeVerdict.Good, "these credentials may delete")
            : new ProbeLine("delete", ProbeVerdict.Limited, "deleting has no effect: prune will not free room");
    }

    async Task<bool> HoldsAsync(ObjectKey key, ByteRange range, CancellationToken cancellationToken)
    {
        using var read = await store.GetAsync(key, range, Size, cancellationToken);
        var expected = range.IsWhole ? _content : _content.AsSpan((int)range.Offset, (int)range.Length);
        return read.Span.SequenceEqual(expected);
    }

    static async Task<ProbeLine> TryAsync(string name, Func<Task<ProbeLine>> probe)
    {
        try
        {
            return await probe();
        }
        catch (StoreException e)
        {
            // A credential that may only add is how it should be on a host.
            var verdict = e.Kind == StoreErrorKind.Refused ? ProbeVerdict.Unknown : ProbeVerdict.Bad;
            return new ProbeLine(name, verdict, e.Message);
        }
    }
}

using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Check;

/// <summary>Every record of moves is readable, and every writer's chain of them has no gap.</summary>
static class MoveCheck
{
    sealed record Link(SignerId Writer, ulong Sequence, ObjectHash Hash, ObjectHash? Previous);

    public static async Task RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var links = new List<Link>();
        foreach (var (key, name) in context.Inventory.Moves)
        {
            if (await context.TryReadAsync(
                key, name.Hash, bytes => Open(context, name, bytes), cancellationToken) is { } link)
                links.Add(link);
        }
        var present = links.Select(link => (link.Writer, link.Hash)).ToHashSet();
        foreach (var link in links)
        {
            if (link.Previous is { } previous && !present.Contains((link.Writer, previous)))
                context.Findings.Damage(
                    ObjectNames.Moves, kind: null, $"record {link.Sequence - 1} of {link.Writer} is missing");
        }
    }

    static Link Open(CheckContext context, DatedName name, ReadOnlyMemory<byte> bytes)
    {
        var opened = context.OpenDated(ObjectType.Moves, name, bytes);
        var record = RecordCodecs.DecodeMoves(opened.Body.Span);
        return new Link(
            opened.Signer, record.Sequence, name.Hash,
            record.Previous.IsEmpty ? null : new ObjectHash(record.Previous.Span));
    }
}

using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Check;

/// <summary>Every ledger is readable, and every host's chain of them has no gap.</summary>
static class LedgerCheck
{
    public static async Task RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var inventory = context.Inventory;
        context.Monitor.Begin("checking ledgers", inventory.Ledgers.Count);
        var known = inventory.Ledgers.Select(ledger => (ledger.Host, ledger.Name.Hash)).ToHashSet();
        await Parallel.ForEachAsync(
            inventory.Ledgers, context.Requests(cancellationToken), async (item, cancellation) =>
        {
            var ledger = await context.TryReadAsync(
                item.Key, item.Name.Hash, bytes => Open(context, item.Host, item.Name, bytes), cancellation);
            context.Monitor.Add();
            foreach (var pack in ledger?.Packs ?? [])
                context.PacksInLedgers.TryAdd(pack.Prefix, 0);
            // One that is finally void may be deleted, and is no gap.
            if (ledger?.Previous.Hash is { } previous && !known.Contains((item.Host, previous))
                && !context.Session.Retired.Void.Contains(previous))
                context.Findings.Damage(
                    item.Key.Value, FailureKind.Framing, $"the ledger before it, {previous}, is missing");
        });
    }

    public static Ledger Open(CheckContext context, SignerId host, DatedName name, ReadOnlyMemory<byte> bytes)
    {
        var opened = context.OpenDated(ObjectType.Ledger, name, bytes);
        return opened.Signer == host
            ? LedgerCodec.Decode(opened.Body)
            : throw new FormatViolationException(FailureKind.Name, "its name says another host than its signer");
    }
}

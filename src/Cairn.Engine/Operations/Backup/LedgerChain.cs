using Cairn.Engine.Primitives;
using Cairn.Engine.Formats;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Where this host's chain of ledgers ends, kept in local state. Lost, the next ledger says that it does not know
/// (docs/format.md, section 9): a host has no right to list ledgers and ask.
/// </summary>
public sealed class LedgerChain(IStateFolder state, SignerId host)
{
    const string FileName = "ledger-chain";

    static ReadOnlySpan<byte> Magic => "CRNlch1\n"u8;

    public PreviousLedger Last()
    {
        if (TryRead(state) is not var (owner, hash) || owner != host)
            return PreviousLedger.Unknown;
        return hash == default ? PreviousLedger.First : PreviousLedger.Known(hash);
    }

    /// <summary>Whose chain the state remembers, and its last ledger: the default if there is none yet.</summary>
    internal static (SignerId Host, ObjectHash Ledger)? TryRead(IStateFolder state)
    {
        using var file = state.TryOpen(FileName);
        if (file is null || file.Length != Magic.Length + SignerId.Size + ObjectHash.Size)
            return null;
        var bytes = file.Slice(0, (int)file.Length);
        return bytes.StartsWith(Magic)
            ? (new SignerId(bytes.Slice(Magic.Length, SignerId.Size)),
                new ObjectHash(bytes[(Magic.Length + SignerId.Size)..]))
            : null;
    }

    /// <summary>A host that has just been enrolled has no ledgers yet: its first one says so.</summary>
    public void Begin() => Remember(default);

    public void Remember(ObjectHash ledger)
    {
        Span<byte> id = stackalloc byte[SignerId.Size];
        host.CopyTo(id);
        using var writer = state.Create(FileName);
        writer.Write(Magic);
        writer.Write(id);
        writer.Write(ledger.AsSpan());
        writer.Commit();
    }
}

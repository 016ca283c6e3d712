using System.Security.Cryptography;
using Cairn.Engine.Primitives;
using Cairn.Engine.Formats;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Where this host's chain of ledgers ends, kept in local state. Lost, the next ledger says that it does not know
/// (docs/format.md, section 9): a host has no right to list ledgers and ask. Damaged, it is as good as lost: a ledger
/// that names a wrong one before it would look like a gap for ever.
/// </summary>
public sealed class LedgerChain(IStateFolder state, SignerId host)
{
    const string FileName = "ledger-chain";

    const int BodyBytes = 8 + SignerId.Size + ObjectHash.Size;

    static ReadOnlySpan<byte> Magic => "CRNlch2\n"u8;

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
        if (file is null || file.Length != BodyBytes + SHA256.HashSizeInBytes)
            return null;
        var body = file.Slice(0, BodyBytes);
        var isWhole = body.StartsWith(Magic)
            && SHA256.HashData(body).AsSpan().SequenceEqual(file.Slice(BodyBytes, SHA256.HashSizeInBytes));
        return isWhole
            ? (new SignerId(body.Slice(Magic.Length, SignerId.Size)),
                new ObjectHash(body[(Magic.Length + SignerId.Size)..]))
            : null;
    }

    /// <summary>A host that has just been enrolled has no ledgers yet: its first one says so.</summary>
    public void Begin() => Remember(default);

    public void Remember(ObjectHash ledger)
    {
        Span<byte> body = stackalloc byte[BodyBytes];
        Magic.CopyTo(body);
        host.CopyTo(body.Slice(Magic.Length, SignerId.Size));
        ledger.AsSpan().CopyTo(body[(Magic.Length + SignerId.Size)..]);
        using var writer = state.Create(FileName);
        writer.Write(body);
        writer.Write(SHA256.HashData(body));
        writer.Commit();
    }
}

using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats;

public enum LedgerKind : byte { Final = 1, Interim = 2 }

/// <summary>Which rows of a pack a ledger names: all, or those whose bit is set (row i is bit i mod 8 of byte i /
/// 8).</summary>
/// <param name="RowCount">The pack's rows; 0 if all are named.</param>
public readonly record struct LedgerPack(PackPrefix Prefix, uint RowCount, ReadOnlyMemory<byte> Bitmap)
{
    public bool NamesAll => RowCount == 0;

    public bool Names(int row) => NamesAll || (row < RowCount && (Bitmap.Span[row >> 3] & (1 << (row & 7))) != 0);
}

/// <summary>The previous ledger of a host: none, known, or unknown because local state was lost.</summary>
public readonly record struct PreviousLedger(bool IsFirst, ObjectHash? Hash)
{
    public static readonly PreviousLedger First = new(IsFirst: true, Hash: null);
    public static readonly PreviousLedger Unknown = new(IsFirst: false, Hash: null);
    public static PreviousLedger Known(ObjectHash hash) => new(IsFirst: false, hash);
}

/// <summary>What a snapshot, or a session under way, needs (docs/format.md, section 9).</summary>
public sealed record Ledger
{
    public required LedgerKind Kind { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required Ulid Session { get; init; }
    public required ObjectHash Source { get; init; }
    public required IReadOnlyList<ObjectHash> Tags { get; init; }
    public required PreviousLedger Previous { get; init; }

    /// <summary>Ascending by prefix.</summary>
    public required IReadOnlyList<LedgerPack> Packs { get; init; }
}

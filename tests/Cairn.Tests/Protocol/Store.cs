using System.Numerics;

namespace Cairn.Tests.Protocol;

/// <summary>
/// What the object store holds. A set of packs or ledgers is a byte, one bit each; a set of rows is a ushort whose low
/// byte holds the packs with a row for blob x, its high byte those with a row for blob y.
/// </summary>
readonly record struct Store
{
    public const int MaxPacks = 8;
    public const int MaxLedgers = 8;

    /// <summary>Rows of the packs that exist now.</summary>
    public ushort Rows { get; init; }

    /// <summary>Rows that <c>index/</c> names, also of packs that are gone.</summary>
    public ushort Indexed { get; init; }

    /// <summary>Packs named by condemnations, and by deletion lists.</summary>
    public byte Condemned { get; init; }
    public byte DeletionListed { get; init; }

    /// <summary>Packs that a DELETE has removed: known to the model only.</summary>
    public byte Deleted { get; init; }

    public byte Ledgers { get; init; }
    public byte Snapshots { get; init; }
    public byte VoidProposed { get; init; }
    public byte Voided { get; init; }
    public byte Moves { get; init; }

    /// <summary>Interim ledgers whose writer's look found nothing, and ledgers of snapshots reported as backed up: what
    /// hosts rely on, known to the model only.</summary>
    public byte Kept { get; init; }
    public byte Reported { get; init; }

    UInt128 LedgerRows { get; init; }
    uint MoveRows { get; init; }

    public byte Packs => PacksOf(Rows);

    public static byte PacksOf(int rows) => (byte)(rows | rows >> MaxPacks);

    /// <summary>All rows that could lie in these packs.</summary>
    public static ushort RowsOf(int packs) => (ushort)(packs | packs << MaxPacks);

    /// <summary>The row of every blob in <paramref name="blobs"/> (1 = x, 2 = y) in that pack.</summary>
    public static ushort RowsIn(int pack, int blobs) =>
        (ushort)(((blobs & 1) | (blobs >> 1) << MaxPacks) << pack);

    public ushort RowsOfLedger(int ledger) => (ushort)(LedgerRows >> (16 * ledger));

    public ushort RowsOfLedgers(byte ledgers)
    {
        var rows = 0;
        for (uint rest = ledgers; rest != 0; rest &= rest - 1)
            rows |= RowsOfLedger(BitOperations.TrailingZeroCount(rest));
        return (ushort)rows;
    }

    /// <summary>What the ledger says; it exists for others once its bit in <see cref="Ledgers"/> is set.</summary>
    public Store WithLedgerRows(int ledger, ushort rows) =>
        this with { LedgerRows = LedgerRows | (UInt128)rows << (16 * ledger) };

    public Move MoveAt(int slot) => new((byte)(MoveRows >> (8 * slot)));

    public Store WithMoveRows(int slot, Move move) =>
        this with { MoveRows = MoveRows & ~(0xFFu << (8 * slot)) | (uint)move.Bits << (8 * slot) };

    public Store Without(byte packs) => this with
    {
        Rows = (ushort)(Rows & ~RowsOf(packs)), Deleted = (byte)(Deleted | packs & Packs),
    };
}

/// <summary>Rows of the blobs given, moved from one pack to another.</summary>
readonly record struct Move(byte Bits)
{
    public Move(int from, int to, int blobs) : this((byte)(from | to << 3 | blobs << 6)) { }

    public int From => Bits & 7;
    public int To => Bits >> 3 & 7;
    public int Blobs => Bits >> 6;
    public ushort FromRows => Store.RowsIn(From, Blobs);
    public ushort ToRows => Store.RowsIn(To, Blobs);

    /// <summary>Where those of the rows that this move touches have gone.</summary>
    public ushort Apply(int rows) => (ushort)((rows & FromRows) >> From << To);
}

using Google.Protobuf;

namespace Cairn.Engine.Formats.Records;

/// <summary>
/// Decodes the records that announce something, with all that records.proto demands of them: whoever applies one need
/// not stop halfway.
/// </summary>
static class RecordCodecs
{
    const int NameMax = 1024;
    const int HashSize = 32;
    const int PublicKeySize = 32;

    public static EpochRecord DecodeEpoch(ReadOnlySpan<byte> body)
    {
        var record = StrictRecord.Decode(body, EpochRecord.Parser);
        StrictRecord.RequireLength(record.Admin, PublicKeySize, "admin");
        StrictRecord.RequireLength(record.Restore, PublicKeySize, "restore");
        if (record.Epoch == 0 || record.Domain > ushort.MaxValue)
            throw Violation($"an epoch {record.Epoch} of domain {record.Domain}");
        TimeRange.FromRecord(record.Created);
        return record;
    }

    public static HostRecord DecodeHost(ReadOnlySpan<byte> body)
    {
        var record = StrictRecord.Decode(body, HostRecord.Parser, RequireKnownKind);
        StrictRecord.RequireLength(record.PublicKey, PublicKeySize, "public_key");
        if (record.Name.Length > NameMax)
            throw Violation("a host record with too long a name");
        if (record.MayForget && record.Kind != HostRecord.Types.Kind.Endorse)
            throw Violation("a right to forget for somebody who is no maintainer");
        RequireChain(record.Sequence, record.Previous);
        TimeRange.FromRecord(record.Created);
        return record;
    }

    public static RetiredRecord DecodeRetired(ReadOnlySpan<byte> body)
    {
        var record = StrictRecord.Decode(body, RetiredRecord.Parser, RequireKnownKind);
        RequireChain(record.Sequence, record.Previous);
        TimeRange.FromRecord(record.Created);
        foreach (var (list, name) in ListsOf(record))
            StrictRecord.RequireAscending(list, HashSize, name);
        if (record.WhatCase == RetiredRecord.WhatOneofCase.Tags)
            RequireTagList(record.Tags);
        if (record.WhatCase == RetiredRecord.WhatOneofCase.LockBound)
            TimeRange.FromRecord(record.LockBound.Until);
        return record;
    }

    public static MoveRecord DecodeMoves(ReadOnlySpan<byte> body)
    {
        var record = StrictRecord.Decode(body, MoveRecord.Parser);
        RequireChain(record.Sequence, record.Previous);
        TimeRange.FromRecord(record.Created);
        foreach (var move in record.Moves)
        {
            StrictRecord.RequireLength(move.From, HashSize, "from");
            StrictRecord.RequireLength(move.To, HashSize, "to");
            if (move.FromRows.Count != move.ToRows.Count)
                throw Violation("a move of rows to another number of rows");
        }
        return record;
    }

    static void RequireTagList(TagList list)
    {
        if (list.Objects.Count == 0)
            throw Violation("tags of no snapshot");
        if (list.Sealed.Length is 0 or > Limits.SealedTagsMax || list.Sealed.Length % Limits.SealedTagsUnit != 0)
            throw Violation($"a box of tags of {list.Sealed.Length} bytes");
    }

    static void RequireKnownKind(HostRecord record)
    {
        if (record.Kind == HostRecord.Types.Kind.Unspecified || !Enum.IsDefined(record.Kind))
            throw new FormatViolationException(
                FailureKind.Unsupported, $"a host record of kind {(int)record.Kind} needs a newer version of Cairn");
    }

    static void RequireKnownKind(RetiredRecord record)
    {
        if (record.WhatCase == RetiredRecord.WhatOneofCase.None)
            throw new FormatViolationException(
                FailureKind.Unsupported, "a retired record of an unknown kind needs a newer version of Cairn");
    }

    static IEnumerable<(IReadOnlyList<ByteString>, string)> ListsOf(RetiredRecord record) => record.WhatCase switch
    {
        RetiredRecord.WhatOneofCase.Condemnation => [(record.Condemnation.Packs, "condemnation")],
        RetiredRecord.WhatOneofCase.Deletion => [(record.Deletion.Packs, "deletion")],
        RetiredRecord.WhatOneofCase.Forgotten => [(record.Forgotten.Objects, "forgotten")],
        RetiredRecord.WhatOneofCase.VoidProposal => [(record.VoidProposal.Objects, "void_proposal")],
        RetiredRecord.WhatOneofCase.VoidFinal => [(record.VoidFinal.Objects, "void_final")],
        RetiredRecord.WhatOneofCase.Accepted => [(record.Accepted.Objects, "accepted")],
        RetiredRecord.WhatOneofCase.FirstSeen => [ListOf(record.FirstSeen)],
        RetiredRecord.WhatOneofCase.Summary => ListsOf(record.Summary),
        RetiredRecord.WhatOneofCase.Tags => [(record.Tags.Objects, "tags"), (record.Tags.Replaces, "replaces")],
        _ => [],
    };

    static IEnumerable<(IReadOnlyList<ByteString>, string)> ListsOf(Summary summary) =>
    [
        (summary.Records, "records"), (summary.Condemned, "condemned"), (summary.Deleted, "deleted"),
        (summary.Forgotten, "forgotten"), (summary.VoidProposed, "void_proposed"), (summary.Void, "void"),
        (summary.Accepted, "accepted"), .. summary.FirstSeen.Select(ListOf),
    ];

    static (IReadOnlyList<ByteString>, string) ListOf(FirstSeenList list)
    {
        TimeRange.FromRecord(list.Time);
        return (list.Objects, "first_seen");
    }

    static void RequireChain(ulong sequence, ByteString previous)
    {
        if (sequence == 0 || (sequence == 1) != previous.IsEmpty)
            throw Violation("a record outside of its chain");
        if (!previous.IsEmpty)
            StrictRecord.RequireLength(previous, HashSize, "previous");
    }

    static FormatViolationException Violation(string what) => new(FailureKind.Framing, what);
}

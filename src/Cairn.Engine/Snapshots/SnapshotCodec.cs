using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Sources;
using Google.Protobuf;

namespace Cairn.Engine.Snapshots;

/// <summary>The body of a snapshot object (docs/format.md, SnapshotRecord). The name is not part of it.</summary>
public static class SnapshotCodec
{
    public const int ProblemsMax = 1000;
    const int RootsMax = 65_536;

    public static byte[] Encode(SnapshotInfo info)
    {
        Invariant.That(info.Problems.Count <= ProblemsMax);
        Invariant.That(info.Roots.Count <= RootsMax);
        var record = new SnapshotRecord
        {
            Started = info.Time.ToUnixTimeMilliseconds(), Finished = info.Finished.ToUnixTimeMilliseconds(),
            HostName = info.HostName, UserName = info.UserName, Source = info.Source,
            Manifest = ByteString.CopyFrom(info.Manifest.AsSpan()), ManifestLevel = (uint)info.ManifestLevel,
            Statistics = ToRecord(info.Statistics), ProblemCount = (ulong)info.ProblemCount, Program = info.Program,
            Parent = info.Parent is { } parent ? ByteString.CopyFrom(parent.AsSpan()) : ByteString.Empty,
            Origin = info.Origin is { } origin ? SnapshotOriginCodec.ToRecord(origin) : null,
        };
        record.Roots.AddRange(info.Roots.Select(root => ByteString.CopyFrom(root.Span)));
        record.Tags.AddRange(TagTextCodec.Sort(info.Tags));
        Invariant.That(record.Tags.Count <= TagTextCodec.TagsMax);
        record.Problems.AddRange(info.Problems.Select(problem => new ProblemRecord
        {
            Path = ByteString.CopyFrom(problem.Path.Span), Message = problem.Message, IsError = problem.IsError,
        }));
        return StrictRecord.Encode(record);
    }

    public static SnapshotInfo Decode(SnapshotName name, ReadOnlySpan<byte> body)
    {
        var record = StrictRecord.Decode(body, SnapshotRecord.Parser);
        StrictRecord.RequireLength(record.Manifest, BlobId.Size, "manifest");
        if (!record.Parent.IsEmpty)
            StrictRecord.RequireLength(record.Parent, ObjectHash.Size, "parent");
        RequireLimits(record);
        return new SnapshotInfo
        {
            Name = name, Time = TimeRange.FromRecord(record.Started), Finished = TimeRange.FromRecord(record.Finished),
            HostName = record.HostName, UserName = record.UserName, Source = record.Source,
            Roots = [.. record.Roots.Select(root => root.Memory)], Tags = [.. record.Tags],
            Manifest = new BlobId(record.Manifest.Span), ManifestLevel = (int)record.ManifestLevel,
            Statistics = FromRecord(record.Statistics),
            Problems = [.. record.Problems.Select(problem =>
                new SourceProblem(problem.Path.Memory, problem.Message, problem.IsError))],
            ProblemCount = ToCount(record.ProblemCount), Program = record.Program,
            Parent = record.Parent.IsEmpty ? null : new ObjectHash(record.Parent.Span),
            Origin = record.Origin is { } origin ? SnapshotOriginCodec.FromRecord(origin) : null,
        };
    }

    static void RequireLimits(SnapshotRecord record)
    {
        Require(record.ManifestLevel < ManifestLimits.Levels, "a manifest of too many levels");
        Require(record.Problems.Count <= ProblemsMax, "more problems than a snapshot lists");
        Require((ulong)record.Problems.Count <= record.ProblemCount, "more problems than it counts");
        Require(record.Roots.Count <= RootsMax, "too many roots");
        Require(record.Roots.All(root => root.Length <= ManifestLimits.PathBytes), "too long a root");
        Require(record.Statistics is not null, "no statistics");
        foreach (var text in (IEnumerable<string>)
            [record.HostName, record.UserName, record.Source, record.Program])
            Require(text.Length <= TagTextCodec.TextMax, "too long a text");
        TagTextCodec.Require(record.Tags);
    }

    static Formats.Records.SnapshotStatistics ToRecord(SnapshotStatistics statistics) => new()
    {
        Files = (ulong)statistics.Files, Directories = (ulong)statistics.Directories, Others = (ulong)statistics.Others,
        Bytes = (ulong)statistics.Bytes, FilesNew = (ulong)statistics.FilesNew,
        FilesChanged = (ulong)statistics.FilesChanged, FilesUnchanged = (ulong)statistics.FilesUnchanged,
        BytesRead = (ulong)statistics.BytesRead, BlobsStored = (ulong)statistics.BlobsStored,
        BytesStoredPlain = (ulong)statistics.BytesStoredPlain, BytesStored = (ulong)statistics.BytesStored,
        PacksStored = (ulong)statistics.PacksStored,
    };

    static SnapshotStatistics FromRecord(Formats.Records.SnapshotStatistics record) => new()
    {
        Files = ToCount(record.Files), Directories = ToCount(record.Directories), Others = ToCount(record.Others),
        Bytes = ToCount(record.Bytes), FilesNew = ToCount(record.FilesNew), FilesChanged = ToCount(record.FilesChanged),
        FilesUnchanged = ToCount(record.FilesUnchanged), BytesRead = ToCount(record.BytesRead),
        BlobsStored = ToCount(record.BlobsStored), BytesStoredPlain = ToCount(record.BytesStoredPlain),
        BytesStored = ToCount(record.BytesStored), PacksStored = ToCount(record.PacksStored),
    };

    static long ToCount(ulong value) => value <= long.MaxValue
        ? (long)value
        : throw new FormatViolationException(FailureKind.Framing, $"a count of {value}");

    static void Require(bool condition, string what)
    {
        if (!condition)
            throw new FormatViolationException(FailureKind.Framing, $"its record has {what}");
    }
}

using System.Text;
using Cairn.App.Access;
using Cairn.App.Backup;
using Cairn.App.Jobs;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Files.Selecting;

namespace Cairn.App.Selecting;

public sealed record ExplainRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>As given, relative to the working folder.</summary>
    public required ReadOnlyMemory<byte> Path { get; init; }

    /// <summary>What would be backed up; empty for what the configuration says, or else <c>/</c>.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Sources { get; init; } = [];

    public SelectionRequest Selection { get; init; } = new();

    /// <summary>The job of the configuration whose sources and rules are meant; null for what is given here.</summary>
    public string? Job { get; init; }

    public bool OneFileSystem { get; init; }
    public bool FollowsLinks { get; init; }
}

public enum ExplainReason
{
    /// <summary>A rule decided.</summary>
    Rule,

    /// <summary>No rule matches.</summary>
    Default,

    /// <summary>It is what is backed up.</summary>
    Source,

    /// <summary>It lies in none of the sources.</summary>
    Outside,

    /// <summary>It is a folder of Cairn's own.</summary>
    Own,

    /// <summary>It is not in the list of what is meant.</summary>
    Unlisted,

    /// <summary>It lies on another file system than the source.</summary>
    OtherFileSystem,
}

/// <param name="Path">Absolute.</param>
/// <param name="DecidedAt">The path itself, or the directory above it that is not entered.</param>
/// <param name="Kind">Null if nothing is there, or only a socket.</param>
/// <param name="Rule">As it was written; null if the reason is none.</param>
public sealed record Explanation(
    ReadOnlyMemory<byte> Path, ReadOnlyMemory<byte> DecidedAt, EntryKind? Kind, Verdict Verdict, ExplainReason Reason,
    string? Rule)
{
    /// <summary>A directory that another file system is mounted on, and that is therefore not entered.</summary>
    public bool IsMountPoint { get; init; }
}

/// <summary>Says what a backup would do with a path, and why. Reads the disk, no repository.</summary>
public static class ExplainUseCase
{
    public static Explanation Run(AppEnvironment environment, ExplainRequest request)
    {
        var access = new RepositoryAccess(environment, request.Access);
        request = WithJob(request, access);
        var path = PathBytes.MakeAbsolute(request.Path.Span, environment.WorkingFolder.Span);
        var sources = SourceNaming.NormalRoots(SourcesOf(request, access), environment.WorkingFolder);
        var selection = SourceSelection.Create(environment, access, sources, request.Selection, isQuiet: true);
        var kind = new DiskCandidate(path, request.FollowsLinks).Kind;
        var source = sources.Where(source => PathBytes.IsWithin(path, source.Span)).MaxBy(source => source.Length);
        if (source.IsEmpty)
            return new Explanation(path, path, kind, Verdict.Exclude, ExplainReason.Outside, Rule: null);
        var device = request.OneFileSystem ? new DiskCandidate(source.Span, followsLinks: true).Device : null;
        for (var end = source.Length; end < path.Length;)
        {
            var slash = path.AsSpan(end + 1).IndexOf((byte)'/');
            end = slash < 0 ? path.Length : end + 1 + slash;
            var part = path.AsMemory(0, end);
            // What is not there is judged as a file, unless it has to be a directory.
            var candidate = new DiskCandidate(part.Span, request.FollowsLinks);
            var partKind = end < path.Length ? EntryKind.Directory : kind ?? EntryKind.File;
            var explanation = Judge(selection, path, part, partKind, candidate) with { Kind = kind };
            var isMountPoint = partKind == EntryKind.Directory && explanation.Verdict != Verdict.Exclude
                && device is not null && candidate.Device is { } own && own != device;
            if (isMountPoint)
                return end == path.Length
                    ? explanation with { IsMountPoint = true }
                    : new Explanation(path, part, kind, Verdict.Exclude, ExplainReason.OtherFileSystem, Rule: null);
            if (end == path.Length || explanation.Verdict == Verdict.Exclude)
                return explanation;
        }
        return new Explanation(path, path, kind, Verdict.Include, ExplainReason.Source, Rule: null);
    }

    static Explanation Judge(
        SourceSelection selection, ReadOnlyMemory<byte> path, ReadOnlyMemory<byte> part, EntryKind kind,
        DiskCandidate candidate)
    {
        var byRules = selection.Rules.Decide(part.Span, kind, candidate, out var rule);
        var verdict = selection.Selection.Decide(part.Span, kind, candidate);
        if (verdict == byRules)
            return new Explanation(
                path, part, kind, verdict, rule is null ? ExplainReason.Default : ExplainReason.Rule, rule?.Text);
        var isUnlisted = selection.IsUnlisted(part.Span);
        return new Explanation(
            path, part, kind, verdict, isUnlisted ? ExplainReason.Unlisted : ExplainReason.Own, Rule: null);
    }

    static ExplainRequest WithJob(ExplainRequest request, RepositoryAccess access)
    {
        if (request.Job is not { } name)
            return request;
        if (request.Sources.Count > 0 || !request.Selection.IsEmpty || request.OneFileSystem || request.FollowsLinks)
            throw new UsageException("--job goes with neither sources nor rules",
                "the configuration says what the job is");
        var job = JobsUseCase.Find(access.Configuration, name);
        if (job.Paths.Count == 0)
            throw new UsageException(
                $"the job {name} has no paths of its own: its pickers or snapshotters say what it backs up");
        return request with
        {
            Sources = JobsUseCase.ToBytes(job.Paths), Selection = JobsUseCase.RulesOf(job),
            OneFileSystem = job.OneFileSystem, FollowsLinks = job.Treatment.FollowsLinks,
        };
    }

    static IReadOnlyList<ReadOnlyMemory<byte>> SourcesOf(ExplainRequest request, RepositoryAccess access)
    {
        if (request.Sources.Count > 0)
            return request.Sources;
        var configured = access.Configuration.Paths;
        return configured.Count == 0
            ? ["/"u8.ToArray()]
            : [.. configured.Select(path => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(path))];
    }
}

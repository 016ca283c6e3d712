using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Repair;

/// <summary>
/// Looks for damage as a check does, says first which files are lost, and heals what anybody still has: other places in
/// the repository itself, another repository, the disk that files came from. What is healed is stored anew; nothing is
/// deleted or overwritten (docs/design/repair.md).
/// </summary>
public static class RepairOperation
{
    public static async Task<RepairResult> RunAsync(
        ReadSession session, RepairOptions options, RepairMonitor monitor, CancellationToken cancellationToken)
    {
        session.Repository.RequireMaintainer();
        var check = new CheckOptions { ReadDataPercent = options.IsQuick ? 0 : 100, Workers = options.Workers };
        var before = await CheckOperation.RunAsync(session, check, monitor.BeginCheck(), cancellationToken);
        var bad = await BadRows.FindAsync(session, before, cancellationToken);
        var healed = new List<HealedFrom>();
        options.Found?.Invoke(before.LostFiles, before.LostFileCount);
        if (options.IsPlan)
            return ToResult(before, before, bad, healed, unhealed: bad.Blobs.Count, healer: null, []);
        if (bad.Blobs.Count == 0)
        {
            await CondemnAsync(session, bad, cancellationToken);
            return ToResult(before, before, bad, healed, unhealed: 0, healer: null, []);
        }
        await using var healer = new Healer(session, bad, cancellationToken);
        var run = new Run(session, options, monitor, bad, healer, healed);
        await run.HealAsync(before, cancellationToken);
        await CondemnAsync(session, bad, cancellationToken);
        var wanted = healer.Wanted();
        var after = await CheckOperation.RunAsync(
            session, check with { ReadDataPercent = 0, Suspects = wanted }, monitor.BeginCheck(), cancellationToken);
        return ToResult(before, after, bad, healed, wanted.Length, healer, run.Notes);
    }

    // M1. An index goes on to name these packs, and hosts would deduplicate against blobs that are not there. Of what
    // could not be healed too: who still has the file stores it anew then. A prune deletes none that a ledger needs.
    static Task CondemnAsync(ReadSession session, BadRows bad, CancellationToken cancellationToken)
    {
        var announcer = new RetiredAnnouncer(
            session.Repository, session.Retired, session.Repository.RequireMaintainer());
        return announcer.CondemnAsync(
            bad.Packs.Where(pack => !session.Retired.Condemned.Contains(pack)), cancellationToken);
    }

    sealed class Run(
        ReadSession session, RepairOptions options, RepairMonitor monitor, BadRows bad, Healer healer,
        List<HealedFrom> healed)
    {
        public List<string> Notes { get; } = [];

        public async Task HealAsync(CheckResult before, CancellationToken cancellationToken)
        {
            var own = monitor.Begin(new WorkMonitor("looking in other packs"));
            await FromAsync(
                session.Repository.Store.Location,
                () => BlobSource.HealAsync(session, healer, options, own, cancellationToken), cancellationToken);
            if (options.From is { } other)
                await FromAsync(
                    other.Repository.Store.Location, () => FromRepositoryAsync(other, cancellationToken),
                    cancellationToken);
            if (options.Disk is { } disk)
                await FromAsync("the disk", () => FromDiskAsync(disk, before, cancellationToken), cancellationToken);
        }

        async Task FromAsync(string name, Func<Task> heal, CancellationToken cancellationToken)
        {
            if (healer.IsDone)
                return;
            var (blobs, bytes) = healer.Taken;
            await heal();
            await healer.AnnounceAsync(cancellationToken);
            var (blobsNow, bytesNow) = healer.Taken;
            healed.Add(new HealedFrom(name, blobsNow - blobs, bytesNow - bytes));
        }

        async Task FromRepositoryAsync(ReadSession other, CancellationToken cancellationToken)
        {
            var location = other.Repository.Store.Location;
            if (other.Repository.Id == session.Repository.Id)
            {
                await BlobSource.HealAsync(
                    other, healer, options, monitor.Begin(new WorkMonitor($"reading from {location}")),
                    cancellationToken);
                return;
            }
            var copies = new CopySource(session, other, healer, options, monitor.Begin(new CopyMonitor()));
            var found = await copies.HealAsync(bad.Snapshots, cancellationToken);
            if (found < bad.Snapshots.Count)
                Notes.Add(
                    $"{location} has {found} of the {bad.Snapshots.Count} damaged snapshots, by copies of either side");
        }

        async Task FromDiskAsync(
            Func<IReadOnlyList<ReadOnlyMemory<byte>>, Sources.IFileSource> disk, CheckResult before,
            CancellationToken cancellationToken)
        {
            // The lost files themselves; where it is not known which these are, all that was backed up.
            var isKnown = !before.HasLostPieces && before.LostFileCount == before.LostFiles.Count
                && before.LostFiles.Count > 0;
            var paths = !isKnown
                ? bad.Snapshots.SelectMany(snapshot => snapshot.Roots)
                : before.LostFiles.Select(file => AbsolutePath.Of(default, file.Path));
            var distinct = paths.DistinctBy(path => Convert.ToHexString(path.Span)).ToList();
            if (distinct.Count == 0)
                return;
            using var source = new DiskSource(
                healer, options, monitor.Begin(new WorkMonitor("reading files of the disk")));
            await source.HealAsync(disk(distinct), cancellationToken);
            Notes.AddRange(source.Problems.Select(
                problem => $"{System.Text.Encoding.UTF8.GetString(problem.Path.Span)}: {problem.Message}"));
        }
    }

    static RepairResult ToResult(
        CheckResult before, CheckResult after, BadRows bad, List<HealedFrom> healed, int unhealed, Healer? healer,
        List<string> notes)
    {
        var isWhole = unhealed == 0 && healer is not null;
        return new RepairResult
        {
            LostBefore = before.LostFiles, LostBeforeCount = before.LostFileCount, BadPacks = bad.NeededPacks.Count,
            BadBlobs = bad.Blobs.Count, Healed = healed, UnhealedBlobs = unhealed, LostAfter = after.LostFiles,
            LostAfterCount = after.LostFileCount, Notes = [.. notes, .. healer?.Notes ?? [], .. Passing(before, after)],
            PacksStored = healer?.PacksStored ?? 0, BytesStored = healer?.BytesStored ?? 0,
            Replaced = bad.Packs.Count - (isWhole ? 0 : bad.NeededPacks.Count),
            Remaining =
            [
                .. bad.Problems,
                .. before.Findings.Where(IsOfPack).Concat(after.Findings.Where(finding => !IsOfPack(finding)))
                    .Where(finding => finding.Severity == CheckSeverity.Damage
                        && !IsReplaced(finding, bad, isWhole)),
            ],
        };
    }

    // Unreadable at first, and then not: what it says was passed over. What is told of a snapshot that could be read is
    // about what it needs, and healed.
    static IEnumerable<string> Passing(CheckResult before, CheckResult after)
    {
        var readable = before.Readable.Select(snapshot => snapshot.Name.Key.Value).ToHashSet();
        return before.Findings
            .Where(finding => finding.Severity == CheckSeverity.Damage && !IsOfPack(finding)
                && !readable.Contains(finding.Object))
            .Select(finding => finding.Object).Except(after.Findings.Select(finding => finding.Object))
            .Select(name => $"{name}: could not be read at first. Run the repair again");
    }

    static bool IsOfPack(CheckFinding finding) =>
        finding.Object.StartsWith(ObjectNames.Packs, StringComparison.Ordinal);

    // A bad pack of which nothing is needed is no damage any more.
    static bool IsReplaced(CheckFinding finding, BadRows bad, bool isWhole) =>
        IsOfPack(finding) && ObjectNames.TryParsePack(new ObjectKey(finding.Object), out var name)
        && bad.Packs.Contains(name) && (isWhole || !bad.NeededPacks.Contains(name));
}

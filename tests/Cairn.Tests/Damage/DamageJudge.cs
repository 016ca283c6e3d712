using System.Text;
using Cairn.Cli;
using Cairn.Cli.Commands;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.State;
using Cairn.Engine.Storage;
using Cairn.Testing.State;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Damage;

/// <summary>
/// Does one damage to a copy of the repository, checks it and restores every snapshot that it still lists, and says
/// what of that is not as it must be.
/// </summary>
sealed class DamageJudge(DamageWorld world, DamageOracle oracle)
{
    const byte SlotType = 8;

    readonly List<string> _wrong = [];

    /// <param name="hasCache">With the local state of the first host as it was before.</param>
    public async Task<IReadOnlyList<string>> JudgeAsync(DamageCase damage, bool hasCache)
    {
        _wrong.Clear();
        await using var store = await DamagedAsync(damage);
        try
        {
            using var repository = await OpenAsync(store);
            using var session = await ReadSession.OpenAsync(repository, StateOf(hasCache), default);
            var check = await CheckOperation.RunAsync(
                session, new CheckOptions { ReadDataPercent = 100, Workers = 1 }, new CheckMonitor(), default);
            JudgeCheck(damage, check, hasCache);
            await JudgeRestoresAsync(damage, repository, hasCache);
        }
        catch (Exception e) when (ExitCodes.Of(e) is var code && (code != ExitCodes.Failed))
        {
            // Refused as a whole: only what everything hangs by may do that, and with the right code.
            var expected = ExpectedRefusal(damage);
            Require(expected.Contains(code), $"it does not open, with exit code {code}: {e.Message}");
        }
        return _wrong;
    }

    static int[] ExpectedRefusal(DamageCase damage) => damage switch
    {
        // One flipped bit makes the format number of a newer Cairn of it, and that is told first.
        { Name: "cairn.json", Kind: DamageKind.Flip } => [ExitCodes.Damage, ExitCodes.NoRepository],
        { Name: "cairn.json" } => [ExitCodes.Damage],
        _ => [],
    };

    async Task<MemoryStore> DamagedAsync(DamageCase damage)
    {
        var store = new MemoryStore(world.Test.Time);
        foreach (var (name, bytes) in world.Objects)
            store.Plant(name, bytes);
        if (damage.Bytes is { } changed)
            store.Plant(damage.Name, changed);
        else
            await store.DeleteAsync(new ObjectKey(damage.Name), default);
        if (damage.OtherName is { } other)
            store.Plant(other, damage.OtherBytes);
        return store;
    }

    /// <summary>With the one key, or, where that is what was damaged, with another.</summary>
    async Task<Repository> OpenAsync(MemoryStore store)
    {
        try
        {
            return await world.Test.OpenForReadingAsync(store);
        }
        catch (Exception e) when (e is DamagedObjectException or WrongKeyException)
        {
            Require(
                ExitCodes.Of(e) == ExitCodes.Damage, $"the damaged slot is taken for a wrong key: {e.Message}");
            using var secret = new PassphraseSecret(
                SecretKey.CopyFrom(Encoding.UTF8.GetBytes(DamageWorld.NewPassphrase)));
            return await RepositoryOpener.OpenWithSecretAsync(store, secret, world.Test.Environment, default);
        }
    }

    IStateFolder StateOf(bool hasCache)
    {
        var state = new MemoryStateFolder();
        foreach (var name in hasCache ? world.State.List() : [])
        {
            using var file = world.State.TryOpen(name)!;
            state.Plant(name, file.Slice(0, (int)file.Length));
        }
        return state;
    }

    void JudgeCheck(DamageCase damage, CheckResult check, bool hasCache)
    {
        var code = CheckCommand.ExitCodeOf(check);
        var found = string.Join("; ", check.Findings.Select(finding => $"{finding.Object}: {finding.Message}"));
        Require(code == ExpectedCode(damage, hasCache), $"check ends with {code}: {found}");
        // What lies under a wrong name is named by it, what is gone by what needs it.
        if (damage.Bytes is not null)
            Require(
                check.Findings.Any(finding => finding.Object == damage.Name), $"the object is not named, but {found}");
        JudgeLostFiles(damage, check);
    }

    /// <summary>All that is lost is named, and nothing else. With a manifest its names are gone too.</summary>
    void JudgeLostFiles(DamageCase damage, CheckResult check)
    {
        foreach (var snapshot in world.Snapshots.Where(snapshot => IsReadable(snapshot, damage)))
        {
            var id = snapshot.Name.Hash.ToString()[..8];
            var lost = check.LostFiles.Where(file => file.Snapshot == id)
                .Select(file => Encoding.Latin1.GetString(file.Path.Span)).Order(StringComparer.Ordinal).ToList();
            var expected = oracle.LostOf(snapshot.Name, world, damage);
            if (!oracle.HasManifest(snapshot.Name, world, damage))
                Require(lost.Count > 0, $"nothing of snapshot {id} is named as lost");
            else
                Require(
                    lost.SequenceEqual(expected),
                    $"of {id} {string.Join(", ", lost)} is lost and not {string.Join(", ", expected)}");
        }
    }

    int ExpectedCode(DamageCase damage, bool hasCache)
    {
        var isGone = damage.Kind == DamageKind.Delete;
        var folder = DamageCase.FolderOf(damage.Name);
        if (isGone && folder == "index/")
            return ExitCodes.Warnings;
        if (isGone && IsUnmissed(damage.Name, folder, hasCache))
            return ExitCodes.Ok;
        return ExitCodes.Damage;
    }

    /// <summary>
    /// The newest link of a chain, and what nothing else names: docs/format.md, section 9, says who notices.
    /// </summary>
    bool IsUnmissed(string name, string folder, bool hasCache)
    {
        var newest = world.History.Last(other =>
            DamageCase.FolderOf(other) == folder && world.Objects[other][6] == world.Objects[name][6]);
        return folder switch
        {
            "snapshots/" => !hasCache || name != world.Snapshots[1].Name.Key.Value,
            "keys/" => world.Objects[name][6] == SlotType ? !oracle.LiveSlots.Contains(name) : name == newest,
            "retired/" or "moves/" => name == newest,
            _ => false,
        };
    }

    async Task JudgeRestoresAsync(DamageCase damage, Repository repository, bool hasCache)
    {
        var listing = await SnapshotCatalog.ListAsync(repository, default);
        using var session = await ReadSession.OpenAsync(repository, StateOf(hasCache), default);
        foreach (var snapshot in world.Snapshots)
        {
            var listed = listing.Snapshots.FirstOrDefault(other => other.Name == snapshot.Name);
            if (listed is null)
                Require(!IsReadable(snapshot, damage), $"snapshot {snapshot.Name.Hash} is not listed any more");
            else
                await JudgeRestoreAsync(damage, session, snapshot, listed);
        }
        Require(
            listing.Snapshots.All(other => world.Snapshots.Any(snapshot => snapshot.Name == other.Name)),
            "there is a snapshot that nobody made");
    }

    /// <summary>Its object is whole, and so is the record of its host.</summary>
    bool IsReadable(SavedSnapshot snapshot, DamageCase damage)
    {
        var hosts = world.History.Where(name => DamageCase.FolderOf(name) == "hosts/").ToList();
        var host = hosts[snapshot.Name.Host == world.SecondHost ? 1 : 0];
        return damage.Name != snapshot.Name.Key.Value && damage.Name != host;
    }

    async Task JudgeRestoreAsync(
        DamageCase damage, ReadSession session, SavedSnapshot snapshot, SnapshotInfo listed)
    {
        using var target = new MemoryTarget();
        var result = await RestoreOperation.RunAsync(
            session, listed, target, new RestoreOptions { Workers = 1 }, new RestoreMonitor(), default);
        var lost = oracle.LostOf(snapshot.Name, world, damage).ToHashSet();
        var failed = result.Failures.Select(failure => Encoding.Latin1.GetString(failure.Path.Span)).ToHashSet();
        foreach (var (path, content) in snapshot.Streams)
        {
            var isSame = target.Nodes.TryGetValue(path, out var stream)
                && content.AsSpan().SequenceEqual(stream.Content);
            Require(
                isSame || (stream is null
                    && (lost.Contains(path) || !oracle.HasManifest(snapshot.Name, world, damage))),
                $"the stream {path} of {listed.ShortId} is not restored as it was");
        }
        foreach (var (path, expected) in snapshot.Tree)
        {
            if (target.Nodes.TryGetValue(path, out var node))
            {
                var isSame = node.Entry.Kind == expected.Kind
                    && (expected.Content is null || expected.Content.AsSpan().SequenceEqual(node.Content));
                Require(isSame, $"{path} of {listed.ShortId} is restored with other bytes");
            }
            else if (oracle.HasManifest(snapshot.Name, world, damage))
            {
                Require(lost.Contains(path), $"{path} of {listed.ShortId} is not damaged and not restored");
                Require(failed.Contains(path), $"{path} of {listed.ShortId} is not restored, and not named");
            }
        }
        var isWhole = lost.Count == 0 && oracle.HasManifest(snapshot.Name, world, damage);
        Require(
            isWhole == (result.FailureCount == 0), $"{result.FailureCount} failures are reported of {listed.ShortId}");
    }

    void Require(bool condition, string what)
    {
        if (!condition)
            _wrong.Add(what);
    }
}

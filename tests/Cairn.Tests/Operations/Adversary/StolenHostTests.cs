using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Adversary;

/// <summary>
/// What somebody tries who has the credential of a host and may write wherever it may: docs/design/adversaries.md has
/// the list, with what other tests show.
/// </summary>
public sealed class StolenHostTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pack_that_claims_a_blob_it_does_not_hold_is_found_and_restores_nothing_wrong_INV_3_INV_5()
    {
        await using var test = await TestRepository.CreateAsync();
        using var victim = await TestHost.JoinAsync(test, "victim");
        using var careful = await TestHost.JoinAsync(test, "careful");
        using var thief = await TestHost.JoinAsync(test, "thief");
        var content = test.Random.Bytes(1000);
        var source = new MemorySource(test.Time);
        source.File("f", content);
        var poisoned = await PoisonedPack.PutAsync(test, thief, content);

        // Who trusts the thief relies on it: no host can look into a pack.
        var relied = await BackUpAsync(test, victim, source, AuthorTrust.Enrolled);
        var check = await CheckAsync(test);
        Assert.Contains(
            check.Findings, finding => finding.Severity == CheckSeverity.Damage && finding.Object == poisoned);
        Assert.Equal("f", System.Text.Encoding.UTF8.GetString(Assert.Single(check.LostFiles).Path.Span));
        // Nothing wrong is given out, and the file is named (INV-3, INV-6).
        var (result, nodes) = await RestoreAsync(test, relied);
        Assert.Equal(1, result.FailureCount);
        Assert.DoesNotContain("f", nodes.Keys);

        // Who relies on its own alone stores the content, and with that the other's snapshot is whole too.
        var own = await BackUpAsync(test, careful, source, AuthorTrust.Own);
        foreach (var snapshot in new[] { own, relied })
        {
            (result, nodes) = await RestoreAsync(test, snapshot);
            Assert.Equal(0, result.FailureCount);
            Assert.Equal(content, nodes["f"].Content);
        }
        check = await CheckAsync(test);
        Assert.Empty(check.LostFiles);
        Assert.Contains(check.Findings, finding => finding.Object == poisoned);
    }

    /// <param name="isInsideToo">It also says so in what it signs, not only by its place.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_in_another_hosts_place_counts_for_nobody_and_is_reported_INV_5(bool isInsideToo)
    {
        await using var test = await TestRepository.CreateAsync();
        using var victim = await TestHost.JoinAsync(test, "victim");
        using var thief = await TestHost.JoinAsync(test, "thief");
        var source = new MemorySource(test.Time);
        source.File("f", test.Random.Bytes(1000));
        var good = await BackUpAsync(test, victim, source, AuthorTrust.Enrolled);
        var forged = await ForgeAsync(test, thief, victim, good, isInsideToo);

        using var repository = await test.OpenForReadingAsync();
        var listing = await SnapshotCatalog.ListAsync(repository, Token);
        Assert.Equal(good, Assert.Single(listing.Snapshots).Name);
        Assert.Contains(listing.Problems, problem => problem.Object == forged.Value);
        var check = await CheckAsync(test);
        Assert.Contains(check.Findings, finding => finding.Object == forged.Value);
        Assert.Empty(check.LostFiles);
    }

    [Fact]
    public async Task A_repository_that_was_put_back_is_noticed_by_the_host_whose_newest_backup_is_gone_INV_6()
    {
        await using var test = await TestRepository.CreateAsync();
        using var victim = await TestHost.JoinAsync(test, "victim");
        var source = new MemorySource(test.Time);
        source.File("f", test.Random.Bytes(1000));
        await BackUpAsync(test, victim, source, AuthorTrust.Enrolled);
        await using var past = await test.CopyAsync();
        source.File("f", test.Random.Bytes(1000));
        var newest = await BackUpAsync(test, victim, source, AuthorTrust.Enrolled);

        Assert.False((await CheckAsync(test, victim.State)).IsDamaged);
        // For who remembers nothing the past is whole, which nobody can tell from the present.
        Assert.False((await CheckAsync(past)).IsDamaged);
        var check = await CheckAsync(past, victim.State);
        Assert.Contains(
            check.Findings, finding => finding.Message.Contains($"{newest.Hash}", StringComparison.Ordinal));
        // The next backup finds what is missing, and stores it (INV-7).
        var (result, nodes) = await RestoreAsync(past, await BackUpAsync(past, victim, source, AuthorTrust.Enrolled));
        Assert.Equal(0, result.FailureCount);
        Assert.Equal(source.Nodes["f"].Content, nodes["f"].Content);
    }

    static async Task<ObjectKey> ForgeAsync(
        TestRepository test, TestHost thief, TestHost victim, SnapshotName good, bool isInsideToo)
    {
        using var reader = await test.OpenForReadingAsync();
        var info = await SnapshotCatalog.ReadAsync(reader, good, Token);
        using var repository = await thief.OpenAsync();
        var epoch = repository.CurrentEpoch;
        var stored = SnapshotEnvelope.Seal(
            new SnapshotSeal(good.Ulid, good.Ledger, epoch.Number, epoch.Domain, epoch.Restore),
            SnapshotCodec.Encode(info with { HostName = isInsideToo ? "victim" : "thief" }), repository.Id,
            repository.RequireHost().Signer, test.Random);
        var name = new SnapshotName(victim.Id, good.Ulid, good.Ledger, ObjectWriter.HashOf(stored));
        await test.Store.PutAsync(name.Key, [stored], PutOptions.Hot, Token);
        return name.Key;
    }

    static async Task<SnapshotName> BackUpAsync(
        TestRepository test, TestHost host, MemorySource source, AuthorTrust trust)
    {
        test.Time.Advance(TimeSpan.FromMinutes(1));
        using var repository = await host.OpenAsync(test.Store);
        var result = await BackupOperation.RunAsync(
            repository, host.State, new BackupInput { Files = source }, BackupWorld.Options with { Trust = trust },
            new BackupMonitor(), Token);
        return result.Snapshot!.Value;
    }

    static async Task<CheckResult> CheckAsync(TestRepository test, MemoryStateFolder? state = null)
    {
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, state ?? new MemoryStateFolder(), Token);
        return await CheckOperation.RunAsync(
            session, new CheckOptions { ReadDataPercent = 100, Workers = 1 }, new CheckMonitor(), Token);
    }

    static async Task<(RestoreResult Result, IReadOnlyDictionary<string, RestoredNode> Nodes)> RestoreAsync(
        TestRepository test, SnapshotName name)
    {
        using var repository = await test.OpenForReadingAsync();
        var snapshot = await SnapshotCatalog.ReadAsync(repository, name, Token);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Token);
        using var target = new MemoryTarget();
        var result = await RestoreOperation.RunAsync(
            session, snapshot, target, new RestoreOptions { Workers = 1 }, new RestoreMonitor(), Token);
        return (result, target.Nodes);
    }
}

using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Push;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Backup;
using Cairn.Tests.Operations.Prune;

namespace Cairn.Tests.Operations.Push;

public sealed class PushTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_spooled_backup_reaches_nobody_before_the_push_and_is_a_snapshot_then_INV_1()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        var before = spool.World.Names("").ToList();
        var tree = await spool.BackupAsync();
        Assert.Equal(before, spool.World.Names(""));
        Assert.Single(await spool.NamesAsync("sessions/"));

        var result = await spool.PushAsync();

        Assert.True(result.IsWhole);
        Assert.Equal(1, await spool.World.AssertAllRestoreAsync(tree));
        await spool.World.AssertRestoresAsync(Assert.Single(result.Sessions).Snapshot, tree);
        await spool.AssertEmptyAsync();
        await spool.World.AssertSoundAsync();
        Assert.Empty((await spool.PushAsync()).Sessions);
        Assert.Empty(await spool.NamesAsync(SpoolNames.Outgoing));
    }

    [Fact]
    public async Task Announcing_looking_and_committing_are_in_the_order_of_the_protocol_H1_H3_H4_H5()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        await spool.BackupAsync();
        var store = new HookedStore(spool.World.Test.Store);
        await spool.PushAsync(inner => inner == spool.World.Test.Store ? store : inner);
        var events = store.Events.Where(e => e.IsEnd).Select(e => $"{e.Member} {e.Name.Split('/')[0]}").ToList();
        var puts = events.Where(e => e.StartsWith("Put", StringComparison.Ordinal)).ToList();
        Assert.Equal(["Put packs", "Put index", "Put ledgers", "Put snapshots"], puts.Distinct());
        Assert.Equal(["Put index", "Put ledgers", "Put snapshots"], puts.SkipWhile(put => put == "Put packs"));
        Assert.Equal(
            ["Put ledgers", "List retired", "Put snapshots", "List retired"],
            events.SkipWhile(e => e != "Put ledgers").Take(4));
        Assert.DoesNotContain("Delete", string.Join(' ', events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_sessions_go_in_order_and_the_later_ones_rely_on_the_earlier()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        var first = await spool.BackupAsync();
        var packs = (await spool.NamesAsync("packs/")).Count;
        spool.World.Source.File("new", spool.World.Random.Bytes(10_000));
        spool.World.Wait();
        var second = await spool.BackupAsync();
        // One pack of data and one of the manifest.
        Assert.Equal(packs + 2, (await spool.NamesAsync("packs/")).Count);

        var result = await spool.PushAsync();

        Assert.Equal(2, result.Sessions.Count(session => session.Snapshot is not null));
        await spool.World.AssertRestoresAsync(result.Sessions[0].Snapshot, first);
        await spool.World.AssertRestoresAsync(result.Sessions[1].Snapshot, second);
        Assert.True(result.Sessions[0].Info.Time < result.Sessions[1].Info.Time);
        await spool.AssertEmptyAsync();
        await spool.World.AssertSoundAsync();
    }

    [Fact]
    public async Task Backups_into_the_spool_and_past_it_may_alternate()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        var first = await spool.BackupAsync();
        var (_, second) = await spool.World.ChangeAndBackupAsync("direct");
        spool.World.Source.File("spooled", spool.World.Random.Bytes(10_000));
        spool.World.Wait();
        var third = await spool.BackupAsync();
        Assert.True((await spool.PushAsync()).IsWhole);
        var (_, fourth) = await spool.World.ChangeAndBackupAsync("direct again");
        Assert.Equal(4, await spool.World.AssertAllRestoreAsync(first, second, third, fourth));
        await spool.World.AssertSoundAsync();
        // The chain of ledgers has no gap: a prune would stop at one.
        await spool.World.PruneAsync();
    }

    [Fact]
    public async Task A_spool_and_what_it_knows_survive_the_loss_of_all_local_state_INV_7()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        await spool.BackupAsync();
        spool.World.State = new MemoryStateFolder();
        var packs = (await spool.NamesAsync("packs/")).Count;
        var tree = await spool.BackupAsync();
        // All is read again, and found: only another manifest's pieces could be new.
        Assert.InRange((await spool.NamesAsync("packs/")).Count, packs, packs + 1);
        spool.World.State = new MemoryStateFolder();
        Assert.True((await spool.PushAsync()).IsWhole);
        Assert.Equal(2, await spool.World.AssertAllRestoreAsync(tree));
    }

    [Fact]
    public async Task A_snapshot_counts_from_its_backup_if_pushed_soon_and_else_from_the_push()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        var made = spool.World.Time.GetUtcNow();
        await spool.BackupAsync();
        spool.World.Time.Advance(TimeSpan.FromDays(9));
        var pushed = spool.World.Time.GetUtcNow();
        var name = Assert.Single((await spool.PushAsync()).Sessions).Snapshot!.Value;
        var info = await spool.World.ReadSnapshotAsync(name);
        Assert.Equal(made, info.Time, TimeSpan.FromSeconds(1));
        Assert.Equal(pushed, info.Finished, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Nothing_in_the_spool_can_be_read_by_who_has_only_the_index_key()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        await spool.BackupAsync(options: BackupWorld.Options with { Source = "a secret source" });
        var name = Assert.Single(await spool.NamesAsync("sessions/"));
        using var stored = await spool.Hot.GetAsync(new ObjectKey(name), ByteRange.Whole, 1 << 20, Token);
        Assert.Equal(-1, stored.Span.IndexOf("a secret source"u8));
        // Another host of the same repository holds the same shared keys, and not this host's own.
        using var repository = await spool.World.Test.OpenAsHostAsync();
        var opened = SpooledSession.Open(repository, stored.Span.ToArray());
        Assert.Equal("a secret source", opened.Info.Source);
        var other = await spool.World.Test.EnrolAsync("other");
        using var foreign = await RepositoryOpener.OpenWithCredentialAsync(
            spool.World.Test.Store, other, spool.World.Environment, Token);
        var bytes = stored.Span.ToArray();
        Assert.Throws<FormatViolationException>(() => SpooledSession.Open(foreign, bytes));
    }

    [Fact]
    public async Task A_record_that_was_changed_is_refused()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        await spool.BackupAsync();
        var name = Assert.Single(await spool.NamesAsync("sessions/"));
        using var stored = await spool.Hot.GetAsync(new ObjectKey(name), ByteRange.Whole, 1 << 20, Token);
        using var repository = await spool.World.Test.OpenAsHostAsync();
        var good = stored.Span.ToArray();
        for (var at = 0; at < good.Length; at += 7)
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 4;
            Assert.Throws<FormatViolationException>(() => SpooledSession.Open(repository, bad));
            Assert.Throws<FormatViolationException>(() => SpooledSession.Open(repository, good[..at]));
        }
        spool.Hot.Plant(name, good[..^1]);
        var error = await Assert.ThrowsAsync<DamagedObjectException>(() => spool.PushAsync());
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }
}

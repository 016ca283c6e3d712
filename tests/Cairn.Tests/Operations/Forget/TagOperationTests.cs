using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Forget;
using Cairn.Engine.Operations.Tag;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Forget;

/// <summary>Tags that snapshots get after they were made.</summary>
public sealed class TagOperationTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tags_are_added_taken_away_and_set_and_the_last_word_counts()
    {
        await using var world = await WorldOfTwoAsync();
        using var admin = await world.Test.OpenForReadingAsync();

        await TagAsync(admin, new TagChange { Add = ["yearly", "keep", "ärger"] });
        Assert.All(await TagsAsync(admin), tags => Assert.Equal(["keep", "yearly", "ärger"], tags));
        await TagAsync(admin, new TagChange { Remove = ["keep", "never was"] }, take: 1);
        Assert.Equal([["yearly", "ärger"], ["keep", "yearly", "ärger"]], await TagsAsync(admin));
        await TagAsync(admin, new TagChange { Set = ["x"] });
        Assert.All(await TagsAsync(admin), tags => Assert.Equal(["x"], tags));
        await TagAsync(admin, new TagChange { Set = [] });
        Assert.All(await TagsAsync(admin), Assert.Empty);
        Assert.Equal(4, world.Names(ObjectNames.Retired).Count());
    }

    [Fact]
    public async Task What_changes_nothing_writes_nothing()
    {
        await using var world = await WorldOfTwoAsync();
        using var admin = await world.Test.OpenForReadingAsync();
        await TagAsync(admin, new TagChange { Remove = ["keep"] });
        await TagAsync(admin, new TagChange { Set = [] });
        Assert.Empty(world.Names(ObjectNames.Retired));
    }

    [Fact]
    public async Task Of_two_who_tag_at_once_neither_is_lost_and_the_next_sees_both()
    {
        await using var world = await WorldOfTwoAsync();
        using var admin = await world.Test.OpenForReadingAsync();
        await TagAsync(admin, new TagChange { Add = ["old"] });
        var one = await PlanAsync(admin, new TagChange { Add = ["one"] });
        var two = await PlanAsync(admin, new TagChange { Set = ["two"] });
        await TagOperation.ExecuteAsync(admin, one, Token);
        await TagOperation.ExecuteAsync(admin, two, Token);

        Assert.All(await TagsAsync(admin), tags => Assert.Equal(["old", "one", "two"], tags));
        await TagAsync(admin, new TagChange { Remove = ["old", "one"] });
        Assert.All(await TagsAsync(admin), tags => Assert.Equal(["two"], tags));
    }

    [Fact]
    public async Task Rules_heed_tags_given_later_as_those_in_the_snapshot()
    {
        await using var world = await WorldOfTwoAsync();
        using var admin = await world.Test.OpenForReadingAsync();
        var rules = new RetentionRules { Last = 1, Tags = ["keep"] };
        Assert.Single((await ForgetAsync(admin, rules)).Forgotten);

        await TagAsync(admin, new TagChange { Add = ["keep"] }, take: 1);
        Assert.Empty((await ForgetAsync(admin, rules)).Forgotten);
        await TagAsync(admin, new TagChange { Remove = ["keep"] });
        Assert.Single((await ForgetAsync(admin, rules)).Forgotten);
    }

    [Fact]
    public async Task A_key_of_before_a_rotation_does_not_forget_what_it_cannot_read_the_tags_of()
    {
        await using var world = await WorldOfTwoAsync();
        using var admin = await world.Test.OpenForReadingAsync();
        // Sealed to an epoch that is not there: its box does not open for anybody.
        await PutAsync(world, admin, admin.RequireForgetter(), await FirstAsync(admin), "keep", epoch: 7);

        var listing = await SnapshotCatalog.ListAsync(admin, Token);
        Assert.Single(listing.Snapshots, snapshot => snapshot.HasUnreadableTags);
        Assert.Contains("cannot be read", Assert.Single(listing.Problems).Message, StringComparison.Ordinal);
        Assert.Empty((await ForgetAsync(admin, new RetentionRules { Last = 1 })).Forgotten);
    }

    [Fact]
    public async Task Without_a_record_of_the_chain_nothing_is_forgotten_by_tags()
    {
        await using var world = await WorldOfTwoAsync();
        using var admin = await world.Test.OpenForReadingAsync();
        await TagAsync(admin, new TagChange { Add = ["keep"] });
        var lost = Assert.Single(world.Names(ObjectNames.Retired));
        await TagAsync(admin, new TagChange { Add = ["more"] }, take: 1);
        await world.Test.Store.DeleteAsync(new Engine.Storage.ObjectKey(lost), Token);

        var rules = new RetentionRules { Last = 1, Tags = ["keep"] };
        var error = await Assert.ThrowsAsync<DamagedObjectException>(() => ForgetAsync(admin, rules));
        Assert.Contains("not all tags are known", error.Message, StringComparison.Ordinal);
        await ForgetAsync(admin, new RetentionRules { Last = 1 });
    }

    [Fact]
    public async Task Neither_a_host_nor_a_maintainer_who_may_not_forget_can_tag_INV_5()
    {
        await using var world = await WorldOfTwoAsync();
        using var plain = await TestHost.JoinAsync(world.Test, "plain", HostRole.Maintainer);
        using var trusted = await TestHost.JoinAsync(world.Test, "trusted", HostRole.Maintainer, mayForget: true);
        using var admin = await world.Test.OpenForReadingAsync();
        var first = await FirstAsync(admin);
        using var host = await world.Test.OpenAsHostAsync();
        await PutAsync(world, host, host.RequireHost().Signer, first, "by host");
        using (var maintainer = await OpenAsync(world, plain))
            await PutAsync(world, maintainer, maintainer.RequireMaintainer(), first, "by maintainer");
        Assert.All(await TagsAsync(admin), Assert.Empty);

        using (var maintainer = await OpenAsync(world, trusted))
            await PutAsync(world, maintainer, maintainer.RequireForgetter(), first, "by trusted");
        Assert.Equal([["by trusted"], []], await TagsAsync(admin));
    }

    [Fact]
    public async Task Check_finds_a_box_that_does_not_open()
    {
        await using var world = await WorldOfTwoAsync();
        using var admin = await world.Test.OpenForReadingAsync();
        await TagAsync(admin, new TagChange { Add = ["keep"] });
        Assert.False((await CheckAsync(admin)).IsDamaged);
        await PutAsync(world, admin, admin.RequireForgetter(), await FirstAsync(admin), "x", epoch: 0, damaged: true);
        Assert.Contains((await CheckAsync(admin)).Findings, finding =>
            finding.Severity == CheckSeverity.Damage && finding.Message.Contains("box", StringComparison.Ordinal));
    }

    static async Task<BackupWorld> WorldOfTwoAsync()
    {
        var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 1);
        await world.BackupAsync();
        world.Wait();
        await world.BackupAsync();
        return world;
    }

    static async Task<CheckResult> CheckAsync(Repository admin)
    {
        using var session = await ReadSession.OpenAsync(admin, new MemoryStateFolder(), Token);
        return await CheckOperation.RunAsync(
            session, new CheckOptions { ReadDataPercent = 0, Workers = 2 }, new CheckMonitor(), Token);
    }

    static async Task<ObjectHash> FirstAsync(Repository admin) =>
        (await SnapshotCatalog.ListAsync(admin, Token)).Snapshots[0].Name.Hash;

    static async Task<IReadOnlyList<IReadOnlyList<string>>> TagsAsync(Repository admin) =>
        [.. (await SnapshotCatalog.ListAsync(admin, Token)).Snapshots.Select(snapshot => snapshot.Tags)];

    static Task<TagPlan> PlanAsync(Repository admin, TagChange change, int take = int.MaxValue) =>
        TagOperation.PlanAsync(admin, all => all.Take(take), change, Token);

    static async Task TagAsync(Repository admin, TagChange change, int take = int.MaxValue) =>
        await TagOperation.ExecuteAsync(admin, await PlanAsync(admin, change, take), Token);

    static Task<ForgetPlan> ForgetAsync(Repository admin, RetentionRules rules) =>
        ForgetOperation.PlanAsync(admin, _ => true, rules, believesHosts: true, Token);

    static Task<Repository> OpenAsync(BackupWorld world, TestHost maintainer) =>
        RepositoryOpener.OpenWithMaintainerAsync(
            world.Test.Store, maintainer.MaintainerCredential, world.Environment, Token);

    /// <summary>Writes the record itself, whoever signs it.</summary>
    static Task PutAsync(
        BackupWorld world, Repository opened, Signer signer, ObjectHash snapshot, string tag, uint epoch = 0,
        bool damaged = false)
    {
        var box = TagTextCodec.Seal([tag], opened.CurrentEpoch.Restore, world.Environment.Random)!;
        if (damaged)
            box[^1] ^= 1;
        return new RetiredWriter(opened.Keys, signer, world.Environment, opened.Store)
            .TagAsync([snapshot], epoch, box, Token);
    }
}

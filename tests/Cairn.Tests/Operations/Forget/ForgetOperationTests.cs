using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Forget;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Snapshots;
using Cairn.Testing.Repositories;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Forget;

public sealed class ForgetOperationTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_forgotten_is_not_there_for_any_reader_and_the_rest_restores_INV_1()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 2);
        var first = (await world.BackupAsync()).Snapshot!.Value;
        world.Source.File("small", world.Random.Bytes(2000));
        world.Wait();
        var second = (await world.BackupAsync()).Snapshot!.Value;
        using var admin = await world.Test.OpenForReadingAsync();

        var plan = await PlanAsync(admin, new RetentionRules { Last = 1 });
        Assert.Equal([first], plan.Forgotten.Select(snapshot => snapshot.Name));
        await ForgetOperation.ForgetAsync(admin, plan.Forgotten, Token);

        Assert.Equal([second], (await SnapshotCatalog.ListAsync(admin, Token)).Snapshots.Select(info => info.Name));
        Assert.Equal(1, await world.AssertAllRestoreAsync(world.Capture()));
        Assert.Empty((await PlanAsync(admin, new RetentionRules { Last = 1 })).Forgotten);
    }

    [Fact]
    public async Task The_time_of_a_snapshot_that_comes_while_it_looks_is_no_doubtful_one()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 1);
        await world.BackupAsync();
        var comes = true;
        var store = new HookedStore(world.Test.Store)
        {
            After = async (member, name) =>
            {
                if (member != StoreMember.List || name != ObjectNames.Snapshots || !comes)
                    return;
                comes = false;
                await world.BackupAsync();
            },
        };
        using var admin = await world.Test.OpenForReadingAsync(store);

        var plan = await PlanAsync(admin, new RetentionRules { Last = 1 });

        Assert.False(comes);
        Assert.Empty(plan.Doubtful);
    }

    [Fact]
    public async Task Records_of_two_runs_at_once_are_a_fork_and_no_gap()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 1);
        await world.BackupAsync();
        world.Wait();
        await world.BackupAsync();
        using var one = await world.Test.OpenForReadingAsync();
        var snapshots = (await SnapshotCatalog.ListAsync(one, Token)).Snapshots;
        var logs = new[] { LogOf(one), LogOf(one), LogOf(one) };
        await Task.WhenAll(logs.Select(log => log.LookAsync(Token)));
        foreach (var (log, snapshot) in logs.Zip(snapshots))
            await new RetiredAnnouncer(one, log, one.RequireMaintainer())
                .ForgetAsync([snapshot.Name.Hash], Token);
        await ForgetOperation.ForgetAsync(one, snapshots, Token);

        await logs[2].LookAsync(Token);
        Assert.Empty(logs[2].Problems);
        Assert.Equal(2, logs[2].Forgotten.Count);
    }

    [Fact]
    public async Task A_host_cannot_forget_INV_5()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 1);
        await world.BackupAsync();
        using var admin = await world.Test.OpenForReadingAsync();
        var snapshots = (await SnapshotCatalog.ListAsync(admin, Token)).Snapshots;
        using var host = await world.Test.OpenAsHostAsync();
        await Assert.ThrowsAsync<WrongKeyException>(() => ForgetOperation.ForgetAsync(host, snapshots, Token));

        // Nor by writing the record itself: it is passed over.
        var log = LogOf(host);
        await Assert.ThrowsAnyAsync<Exception>(() =>
            new RetiredAnnouncer(host, log, host.RequireHost().Signer)
                .ForgetAsync(snapshots.Select(snapshot => snapshot.Name.Hash), Token));
        Assert.Single(world.Names(ObjectNames.Retired));
        Assert.Single((await SnapshotCatalog.ListAsync(admin, Token)).Snapshots);
    }

    [Fact]
    public async Task A_maintainer_forgets_only_if_endorsed_for_it()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 1);
        await world.BackupAsync();
        using var plain = await TestHost.JoinAsync(world.Test, "plain", HostRole.Maintainer);
        using var trusted = await TestHost.JoinAsync(world.Test, "trusted", HostRole.Maintainer, mayForget: true);
        using var admin = await world.Test.OpenForReadingAsync();
        var snapshots = (await SnapshotCatalog.ListAsync(admin, Token)).Snapshots;
        using (var maintainer = await OpenAsync(world, plain))
        {
            await Assert.ThrowsAsync<WrongKeyException>(() =>
                ForgetOperation.ForgetAsync(maintainer, snapshots, Token));
            var log = LogOf(maintainer);
            await new RetiredAnnouncer(maintainer, log, maintainer.RequireMaintainer())
                .ForgetAsync(snapshots.Select(snapshot => snapshot.Name.Hash), Token);
            Assert.Single(log.Problems);
        }
        Assert.Single((await SnapshotCatalog.ListAsync(admin, Token)).Snapshots);
        using (var maintainer = await OpenAsync(world, trusted))
            await ForgetOperation.ForgetAsync(maintainer, snapshots, Token);
        Assert.Empty((await SnapshotCatalog.ListAsync(admin, Token)).Snapshots);
    }

    static Task<Repository> OpenAsync(BackupWorld world, TestHost maintainer) =>
        RepositoryOpener.OpenWithMaintainerAsync(
            world.Test.Store, maintainer.MaintainerCredential, world.Environment, Token);

    static RetiredLog LogOf(Repository repository) =>
        new(repository.Store, repository.Keys, repository.Signers);

    static Task<ForgetPlan> PlanAsync(Repository admin, RetentionRules rules) =>
        ForgetOperation.PlanAsync(admin, _ => true, rules, believesHosts: false, Token);
}

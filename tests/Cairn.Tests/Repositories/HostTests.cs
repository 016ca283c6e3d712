using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.HostChanges;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Repositories;

/// <summary>Machines are let in and out, and what they stored counts or does not.</summary>
public sealed class HostTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_that_was_let_in_backs_up_and_reads_nothing()
    {
        await using var test = await TestRepository.CreateAsync();
        using var second = await TestHost.JoinAsync(test, "second");
        var name = await WriteAsync(test, second, "a");

        using (var host = await second.OpenAsync())
            Assert.Throws<WrongKeyException>(host.RequireSecrets);
        using var reader = await test.OpenForReadingAsync();
        var listing = await SnapshotCatalog.ListAsync(reader, Token);
        Assert.Equal(name, Assert.Single(listing.Snapshots).Name);
        Assert.Equal(["second", "testhost"], reader.Signers.Enrolled.Select(signer => signer.Name).Order());
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public async Task An_enrolment_is_of_use_to_the_machine_that_asked_and_in_that_repository_alone()
    {
        await using var test = await TestRepository.CreateAsync();
        await using var other = await TestRepository.CreateAsync(seed: 2);
        using var pending = PendingHost.Create(test.Random);
        using var stranger = PendingHost.Create(test.Random);
        using var admin = await test.OpenForReadingAsync();
        var enrolment = await HostOperations.EnrolAsync(
            admin, pending.ToRequest(), "new", HostRole.Host, mayForget: false, Token);

        await Assert.ThrowsAsync<CredentialException>(() => JoinAsync(test, enrolment, stranger));
        await Assert.ThrowsAsync<CredentialException>(() => JoinAsync(other, enrolment, pending));
        await Assert.ThrowsAsync<CredentialException>(
            () => JoinAsync(test, enrolment with { Name = "other" }, pending));
        // Another admin's word, for this repository's id: keys that would make backups nobody can restore.
        using var forger = await other.OpenForReadingAsync();
        var forged = Enrolment.Create(forger, pending.ToRequest(), "new", HostRole.Host)
            with { Repository = test.Init.Descriptor.Id };
        var refused = await Assert.ThrowsAsync<CredentialException>(() => JoinAsync(test, forged, pending));
        Assert.Contains("no admin", refused.Message, StringComparison.Ordinal);
        (await JoinAsync(test, enrolment, pending)).Dispose();
    }

    [Fact]
    public void Any_byte_changed_in_an_enrolment_is_told()
    {
        var file = new Enrolment
        {
            Repository = default, Host = new SignerId(new Bytes16(0, 7)), Name = "web \"1\"", Sealed = [1, 2, 3],
        }.Encode();
        Assert.Equal("web \"1\"", Enrolment.Decode(file).Name);
        for (var i = 0; i < file.Length - 3; i++)
        {
            var changed = file.ToArray();
            changed[i] ^= 1;
            Assert.Throws<CredentialException>(() => Enrolment.Decode(changed));
        }
    }

    [Fact]
    public async Task What_a_revoked_host_stored_before_counts_and_later_snapshots_do_not()
    {
        await using var test = await TestRepository.CreateAsync();
        using var second = await TestHost.JoinAsync(test, "second");
        var before = await WriteAsync(test, second, "before");
        var revocation = await second.RevokeAsync();
        Assert.Equal((1, 0), (revocation.Accepted, revocation.NotAccepted));

        // It goes on all the same, as a thief would, and claims a time before its revocation.
        test.Time.Advance(TimeSpan.FromDays(-30));
        var after = await WriteAsync(test, second, "after");
        using var reader = await test.OpenForReadingAsync();
        var listing = await SnapshotCatalog.ListAsync(reader, Token);
        Assert.Equal(before, Assert.Single(listing.Snapshots).Name);
        Assert.Equal(after, Assert.Single(listing.NotAccepted));
        using var session = await ReadSession.OpenAsync(reader, new MemoryStateFolder(), Token);
        var check = await CheckOperation.RunAsync(
            session, new CheckOptions { ReadDataPercent = 100, Workers = 1 }, new CheckMonitor(), Token);
        Assert.False(check.IsDamaged);
        Assert.Contains(check.Findings, finding => finding.Object == after.Key.Value
            && finding.Severity == CheckSeverity.Note);

        using var host = await second.OpenAsync();
        var refused = await Assert.ThrowsAsync<CredentialException>(() => BackupOperation.RunAsync(
            host, second.State, new BackupInput { Files = new MemorySource(test.Time) }, BackupWorld.Options,
            new BackupMonitor(), Token));
        Assert.Contains("was revoked", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revocation_with_a_time_leaves_out_what_came_later()
    {
        await using var test = await TestRepository.CreateAsync();
        using var second = await TestHost.JoinAsync(test, "second");
        var good = await WriteAsync(test, second, "good");
        test.Time.Advance(TimeSpan.FromDays(1));
        var theft = test.Time.GetUtcNow();
        test.Time.Advance(TimeSpan.FromDays(1));
        await WriteAsync(test, second, "planted");

        var revocation = await second.RevokeAsync(theft);
        Assert.Equal((1, 1), (revocation.Accepted, revocation.NotAccepted));
        using var reader = await test.OpenForReadingAsync();
        Assert.Equal(good, Assert.Single((await SnapshotCatalog.ListAsync(reader, Token)).Snapshots).Name);
    }

    [Fact]
    public async Task A_host_enrolled_after_a_rotation_joins_too()
    {
        await using var test = await TestRepository.CreateAsync();
        using (var admin = await test.OpenForReadingAsync())
            await Cairn.Engine.Operations.KeyChanges.RotateOperation.RunAsync(admin, Token);
        using var second = await TestHost.JoinAsync(test, "second");
        await WriteAsync(test, second, "a");
        using var reader = await test.OpenForReadingAsync();
        Assert.Single((await SnapshotCatalog.ListAsync(reader, Token)).Snapshots);
    }

    [Fact]
    public async Task A_maintainer_has_the_index_key_alone_and_forgets_only_if_it_may()
    {
        await using var test = await TestRepository.CreateAsync();
        using var second = await TestHost.JoinAsync(test, "second");
        var (kept, forgotten) = (await WriteAsync(test, second, "a"), await WriteAsync(test, second, "b"));
        using var may = await TestHost.JoinAsync(test, "may", HostRole.Maintainer, mayForget: true);
        using var mayNot = await TestHost.JoinAsync(test, "may not", HostRole.Maintainer);
        await ForgetAsync(test, may, forgotten.Hash);
        await ForgetAsync(test, mayNot, kept.Hash);

        using var reader = await test.OpenForReadingAsync();
        var listing = await SnapshotCatalog.ListAsync(reader, Token);
        Assert.Equal(kept, Assert.Single(listing.Snapshots).Name);
        using var maintainer = await OpenAsync(test, may);
        Assert.False(maintainer.Shared.HasContentKeys);
        Assert.Throws<WrongKeyException>(maintainer.RequireSecrets);
        Assert.Throws<CredentialException>(maintainer.RequireHost);
        Assert.Equal(4, maintainer.Signers.Enrolled.Count);
    }

    [Fact]
    public async Task What_a_maintainer_writes_after_its_revocation_does_not_count()
    {
        await using var test = await TestRepository.CreateAsync();
        using var second = await TestHost.JoinAsync(test, "second");
        var kept = await WriteAsync(test, second, "a");
        using var maintainer = await TestHost.JoinAsync(test, "m", HostRole.Maintainer, mayForget: true);
        await maintainer.RevokeAsync();
        test.Time.Advance(TimeSpan.FromMinutes(1));
        await ForgetAsync(test, maintainer, kept.Hash);

        using var reader = await test.OpenForReadingAsync();
        Assert.Equal(kept, Assert.Single((await SnapshotCatalog.ListAsync(reader, Token)).Snapshots).Name);
    }

    static async Task<Joined> JoinAsync(TestRepository test, Enrolment enrolment, PendingHost pending) =>
        await JoinOperation.RunAsync(test.Store, enrolment, pending, test.Environment, Token);

    static Task<Repository> OpenAsync(TestRepository test, TestHost maintainer) =>
        RepositoryOpener.OpenWithMaintainerAsync(
            test.Store, maintainer.MaintainerCredential, test.Environment, Token);

    static async Task ForgetAsync(TestRepository test, TestHost maintainer, ObjectHash snapshot)
    {
        using var repository = await OpenAsync(test, maintainer);
        var log = new RetiredLog(test.Store, repository.Keys, repository.Signers, skipsDamaged: true);
        await log.LookAsync(Token);
        await RetiredRecords.PutAsync(
            repository, log, new() { Forgotten = RetiredRecords.ListOf([snapshot]) }, repository.Maintainer!.Signer,
            Token);
    }

    static async Task<SnapshotName> WriteAsync(TestRepository test, TestHost host, string content)
    {
        using var repository = await host.OpenAsync();
        var tree = new TestTree().File(content, [.. content.Select(letter => (byte)letter)]);
        return (await new TestSnapshotWriter(test, repository).WriteAsync(tree)).Name;
    }
}

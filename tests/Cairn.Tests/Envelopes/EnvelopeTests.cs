using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Testing.Repositories;

namespace Cairn.Tests.Envelopes;

/// <summary>An envelope opens for the key, type, repository and signer it was made for, whole and unchanged, and else
/// not.</summary>
public sealed class EnvelopeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    public async Task Under_the_index_key_any_changed_byte_and_any_cut_is_noticed(int length)
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var body = test.Random.Bytes(length);
        var ulid = Ulid.New(test.Time, test.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.Index, 0, ulid, body, host.Keys, host.RequireHost().Signer, test.Random);
        Assert.Equal(Padding.PaddedLength(stored.Length), stored.Length);
        var opened = IndexEnvelope.Open(ObjectType.Index, stored, host.Keys, host.Signers);
        Assert.Equal(body, opened.Body.ToArray());
        Assert.Equal((ulid, host.RequireHost().Id), (opened.Ulid, opened.Signer));
        AssertBreaks(stored, bytes => IndexEnvelope.Open(ObjectType.Index, bytes, host.Keys, host.Signers));
        Assert.Throws<FormatViolationException>(
            () => IndexEnvelope.Open(ObjectType.Ledger, stored, host.Keys, host.Signers));
    }

    [Fact]
    public async Task What_another_repository_or_a_signer_without_the_right_wrote_does_not_open()
    {
        await using var test = await TestRepository.CreateAsync();
        await using var other = await TestRepository.CreateAsync(seed: 2);
        using var host = await test.OpenAsHostAsync();
        using var admin = await test.OpenForReadingAsync();
        using var stranger = await other.OpenAsHostAsync();
        var ulid = Ulid.New(test.Time, test.Random);
        var foreign = IndexEnvelope.Seal(
            ObjectType.Index, 0, ulid, [1], stranger.Keys, stranger.RequireHost().Signer, test.Random);
        AssertFails(FailureKind.Authentication, () =>
            IndexEnvelope.Open(ObjectType.Index, foreign, host.Keys, host.Signers));
        var unknown = IndexEnvelope.Seal(
            ObjectType.Index, 0, ulid, [1], host.Keys, stranger.RequireHost().Signer, test.Random);
        AssertFails(FailureKind.Signature, () =>
            IndexEnvelope.Open(ObjectType.Index, unknown, host.Keys, host.Signers));
        // A host may not condemn, and an admin's key does not back up.
        var condemning = IndexEnvelope.Seal(
            ObjectType.Retired, 0, ulid, [1], host.Keys, host.RequireHost().Signer, test.Random);
        AssertFails(FailureKind.Signature, () =>
            IndexEnvelope.Open(ObjectType.Retired, condemning, host.Keys, host.Signers));
        var byAdmin = IndexEnvelope.Seal(
            ObjectType.Ledger, 0, ulid, [1], host.Keys, admin.RequireSecrets().Admin, test.Random);
        AssertFails(FailureKind.Signature, () =>
            IndexEnvelope.Open(ObjectType.Ledger, byAdmin, host.Keys, host.Signers));
    }

    [Fact]
    public async Task A_signed_plain_object_opens_only_unchanged()
    {
        await using var test = await TestRepository.CreateAsync();
        using var admin = await test.OpenForReadingAsync();
        var body = test.Random.Bytes(100);
        var stored = PlainEnvelope.Seal(
            ObjectType.Roster, 0, Ulid.New(test.Time, test.Random), body, admin.Id, admin.RequireSecrets().Admin);
        Assert.Equal(body, PlainEnvelope.Open(ObjectType.Roster, stored, admin.Id, admin.Signers).Body.ToArray());
        AssertBreaks(stored, bytes => PlainEnvelope.Open(ObjectType.Roster, bytes, admin.Id, admin.Signers));
    }

    [Fact]
    public async Task A_snapshot_is_verified_without_the_restore_key_and_bound_to_its_ledger_host_and_time()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        using var reader = await test.OpenForReadingAsync();
        var body = test.Random.Bytes(3000);
        var ledger = new ObjectHash(test.Random.Bytes(ObjectHash.Size));
        var ulid = Ulid.New(test.Time, test.Random);
        var stored = SnapshotEnvelope.Seal(
            new SnapshotSeal(ulid, ledger, 0, 0, host.CurrentEpoch.Restore), body, host.Id, host.RequireHost().Signer,
            test.Random);
        var name = new SnapshotName(host.RequireHost().Id, ulid, ledger, ObjectWriter.HashOf(stored));
        Assert.Equal(0u, SnapshotEnvelope.Verify(name, stored, host.Id, host.Signers).Epoch);
        var restore = reader.RequireSecrets().Epochs[0].RestoreSecret;
        Assert.Equal(body, SnapshotEnvelope.Open(stored, host.Id, restore));
        AssertBreaks(stored, bytes => SnapshotEnvelope.Verify(name, bytes, host.Id, host.Signers));
        foreach (var wrong in new[]
        {
            name with { Ledger = new ObjectHash(test.Random.Bytes(ObjectHash.Size)) },
            name with { Ulid = Ulid.New(test.Time, test.Random) },
            name with { Host = new SignerId(test.Random.Bytes(SignerId.Size)) },
        })
            Assert.Throws<FormatViolationException>(() =>
                SnapshotEnvelope.Verify(wrong, stored, host.Id, host.Signers));
    }

    [Fact]
    public async Task Any_changed_byte_of_the_descriptor_is_noticed()
    {
        await using var test = await TestRepository.CreateAsync();
        var stored = (await test.ObjectsAsync())["cairn.json"];
        Assert.Equal(test.Init.Descriptor, Descriptor.Decode(stored) with { Created = test.Init.Descriptor.Created });
        AssertBreaks(stored, bytes => Descriptor.Decode(bytes));
    }

    static void AssertBreaks(byte[] stored, Action<byte[]> open)
    {
        for (var i = 0; i < stored.Length; i += 1 + i / 150)
        {
            var changed = stored.ToArray();
            changed[i] ^= 1;
            Assert.Throws<FormatViolationException>(() => open(changed));
        }
        for (var length = 0; length < stored.Length; length += 13)
            Assert.Throws<FormatViolationException>(() => open(stored[..length]));
        Assert.Throws<FormatViolationException>(() => open([.. stored, 0]));
    }

    static void AssertFails(FailureKind kind, Action open) =>
        Assert.Equal(kind, Assert.Throws<FormatViolationException>(open).Kind);
}

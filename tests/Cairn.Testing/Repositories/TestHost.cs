using Cairn.Engine.Operations.HostChanges;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;
using Cairn.Engine.Storage;
using Cairn.Testing.State;

namespace Cairn.Testing.Repositories;

/// <summary>Another machine of a test repository, let in as a real one is. Owns its credential.</summary>
public sealed class TestHost : IDisposable
{
    readonly TestRepository _test;
    readonly Joined _joined;

    TestHost(TestRepository test, SignerId id, Joined joined)
    {
        _test = test;
        Id = id;
        _joined = joined;
    }

    public SignerId Id { get; }
    public HostCredential Credential => Invariant.NotNull(_joined.Host);
    public MaintainerCredential MaintainerCredential => Invariant.NotNull(_joined.Maintainer);
    public MemoryStateFolder State { get; } = new();

    public static async Task<TestHost> JoinAsync(
        TestRepository test, string name, HostRole role = HostRole.Host, bool mayForget = false)
    {
        using var pending = PendingHost.Create(test.Random);
        byte[] file;
        using (var admin = await test.OpenForReadingAsync())
            file = (await HostOperations.EnrolAsync(
                admin, HostRequest.TryParse(pending.ToRequest().Print())!, name, role, mayForget,
                CancellationToken.None)).Encode();
        var joined = await JoinOperation.RunAsync(
            test.Store, Enrolment.Decode(file), pending, test.Environment, CancellationToken.None);
        return new TestHost(test, pending.ToRequest().Host, joined);
    }

    public Task<Repository> OpenAsync(IObjectStore? store = null) => RepositoryOpener.OpenWithCredentialAsync(
        store ?? _test.Store, Credential, _test.Environment, CancellationToken.None);

    public async Task<Revocation> RevokeAsync(DateTimeOffset? since = null)
    {
        using var admin = await _test.OpenForReadingAsync();
        return await HostOperations.RevokeAsync(
            admin, admin.Signers.FindEnrolled(Id)!, since, CancellationToken.None);
    }

    public void Dispose() => _joined.Dispose();
}

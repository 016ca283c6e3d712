[assembly: Xunit.AssemblyFixture(typeof(Cairn.EndToEnd.Servers.CephServer))]

namespace Cairn.EndToEnd.Servers;

/// <summary>
/// Ceph's object gateway: versions, Object Lock, policies. See tests/servers/ceph-rgw for what it cannot do.
/// </summary>
public sealed class CephServer : S3Server
{
    public override string Name => "Ceph";

    public override (string Access, string Secret) Keys => ("test", "testsecret");

    /// <summary>kill -9 of the gateway; what is stored survives.</summary>
    public Task KillGatewayAsync() => ServerScript.RunAsync("ceph-rgw", "gateway-kill", Folder);

    public Task StartGatewayAsync() => ServerScript.RunAsync("ceph-rgw", "gateway-start", Folder);

    /// <summary>A user of its own; its keys are NAME and NAMEsecret.</summary>
    public Task AddUserAsync(string name) => ServerScript.RunAsync("ceph-rgw", "user", Folder, name);

    protected override Task<string> StartAsync() => ServerScript.RunAsync("ceph-rgw", "start", Folder);

    protected override Task StopAsync() => ServerScript.RunAsync("ceph-rgw", "stop", Folder);
}

[assembly: Xunit.AssemblyFixture(typeof(Cairn.EndToEnd.Servers.S3rverServer))]

namespace Cairn.EndToEnd.Servers;

/// <summary>s3rver, a simple server from npm: no versions, no locks, and it ignores conditions.</summary>
public sealed class S3rverServer : S3Server
{
    public override string Name => "s3rver";

    public override (string Access, string Secret) Keys => ("S3RVER", "S3RVER");

    protected override Task<string> StartAsync() => ServerScript.RunAsync("s3rver", "start", Folder);

    protected override Task StopAsync() => ServerScript.RunAsync("s3rver", "stop", Folder);
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.Servers;

/// <summary>Where credentials come from, with the program as it is published: without what nobody names.</summary>
public sealed class S3CredentialTests(CephServer ceph)
{
    [Fact]
    public async Task A_program_that_a_profile_names_gives_them()
    {
        using var home = await S3Home.CreateAsync(ceph);
        home.Init();
        UseProcess(home, $$"""
            echo '{"Version":1,"AccessKeyId":"{{ceph.Keys.Access}}","SecretAccessKey":"{{ceph.Keys.Secret}}"}'
            """);
        home.Run("snapshots").RequireExit(0);
    }

    [Fact]
    public async Task A_program_that_fails_or_talks_nonsense_is_told_with_what_it_said()
    {
        using var home = await S3Home.CreateAsync(ceph);
        home.Init();
        UseProcess(home, "echo the vault is closed >&2; exit 3");
        var failed = home.Run("snapshots").RequireExit(14);
        Assert.Contains("the vault is closed", failed.Errors, StringComparison.Ordinal);
        Assert.Contains("credential_process in the profile", failed.Errors, StringComparison.Ordinal);
        UseProcess(home, "echo nonsense");
        var malformed = home.Run("snapshots").RequireExit(14);
        Assert.Contains("credential_process in the profile", malformed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_identity_is_exchanged_for_them()
    {
        using var home = await S3Home.CreateAsync(ceph);
        home.Init();
        using var sts = new TokenService();
        var token = Path.Combine(home.Folder, "token");
        await File.WriteAllTextAsync(token, "who I am", TestContext.Current.CancellationToken);
        Forget(home);
        home.Variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = token;
        home.Variables["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/backup";
        home.Variables["AWS_ENDPOINT_URL_STS"] = sts.Url;
        // Keys that the server does not know: that they were asked for, and used, is what this is about.
        var refused = home.Run("snapshots").RequireExit(14);
        Assert.Contains("does not know this access key", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("Action=AssumeRoleWithWebIdentity", sts.Asked, StringComparison.Ordinal);
        Assert.Contains("WebIdentityToken=who", sts.Asked, StringComparison.Ordinal);
    }

    static void UseProcess(CairnHome home, string script)
    {
        Forget(home);
        var program = Path.Combine(home.Folder, "credentials-program");
        File.WriteAllText(program, $"{script}\n");
        var profiles = Path.Combine(home.Folder, "profiles");
        File.WriteAllText(profiles, $"[default]\ncredential_process = /bin/sh {program}\n");
        home.Variables["AWS_SHARED_CREDENTIALS_FILE"] = profiles;
    }

    static void Forget(CairnHome home)
    {
        home.Variables.Remove("AWS_ACCESS_KEY_ID");
        home.Variables.Remove("AWS_SECRET_ACCESS_KEY");
    }

    /// <summary>Gives keys to whoever asks, on loopback.</summary>
    sealed class TokenService : IDisposable
    {
        readonly HttpListener _listener = new();

        public TokenService()
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
            }
            _listener.Prefixes.Add($"{Url}/");
            _listener.Start();
            _ = ServeAsync();
        }

        public string Url { get; }

        public string Asked { get; private set; } = "";

        public void Dispose() => _listener.Close();

        async Task ServeAsync()
        {
            var context = await _listener.GetContextAsync();
            using var reader = new StreamReader(context.Request.InputStream);
            Asked = await reader.ReadToEndAsync();
            context.Response.ContentType = "text/xml";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(
                """
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <AssumeRoleWithWebIdentityResult>
                    <Credentials>
                      <AccessKeyId>stranger</AccessKeyId>
                      <SecretAccessKey>secret</SecretAccessKey>
                      <SessionToken>token</SessionToken>
                      <Expiration>2100-01-01T00:00:00Z</Expiration>
                    </Credentials>
                  </AssumeRoleWithWebIdentityResult>
                </AssumeRoleWithWebIdentityResponse>
                """));
            context.Response.Close();
        }
    }
}

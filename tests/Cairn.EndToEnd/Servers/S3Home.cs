using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.Servers;

/// <summary>The real executable against a bucket of a real server.</summary>
static class S3Home
{
    public static CairnHome Create(S3Server server, string bucket, Uri endpoint, string more = "")
    {
        var home = new CairnHome { Repository = $"s3://{bucket}/some/where?endpoint={endpoint}{more}" };
        home.Variables["AWS_ACCESS_KEY_ID"] = server.Keys.Access;
        home.Variables["AWS_SECRET_ACCESS_KEY"] = server.Keys.Secret;
        // Nobody's own profiles may help.
        home.Variables["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(home.Folder, "no credentials");
        home.Variables["AWS_CONFIG_FILE"] = Path.Combine(home.Folder, "no configuration");
        return home;
    }

    public static async Task<CairnHome> CreateAsync(S3Server server, string more = "") =>
        Create(server, server.NewBucketName(), new Uri(await server.EndpointAsync()), more);

    /// <summary>Large and small files, text, a link, a second name, a hole, an empty directory.</summary>
    public static void Fill(CairnHome home, int megabytes)
    {
        Noise.WriteFile(Path.Combine(home.Source, "large"), seed: 5, (long)megabytes << 20);
        File.WriteAllText(Path.Combine(home.Source, "text"), Noise.Text(seed: 6, words: 30_000));
        var folder = Directory.CreateDirectory(Path.Combine(home.Source, "folder")).FullName;
        for (var i = 0; i < 200; i++)
            Noise.WriteFile(Path.Combine(folder, $"small {i}"), seed: i, 100 * i);
        File.CreateSymbolicLink(Path.Combine(home.Source, "link"), "folder/small 3");
        Directory.CreateDirectory(Path.Combine(home.Source, "nothing"));
    }
}

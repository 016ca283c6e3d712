using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.Servers;

/// <summary>Leases on a real server, in governance mode: the longest lock ends with the server.</summary>
public sealed class S3LeaseTests(CephServer ceph)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_Ceph_what_is_needed_is_renewed_by_version_and_what_is_not_runs_out()
    {
        var bucket = ceph.NewBucketName();
        using var home = S3Home.Create(ceph, bucket, new Uri(await ceph.EndpointAsync()));
        using var sdk = await ceph.SdkAsync();
        home.Init("--lock", "governance", "--lock-days", "3");
        Noise.WriteFile(Path.Combine(home.Source, "old"), seed: 1, length: 3_000_000);
        home.Run("backup", home.Source).RequireExit(0);
        var ofFirst = (await LocksAsync(sdk, bucket)).Keys.ToHashSet();
        File.Delete(Path.Combine(home.Source, "old"));
        Noise.WriteFile(Path.Combine(home.Source, "new"), seed: 2, length: 3_000_000);
        home.Run("backup", home.Source).RequireExit(0);

        // Nothing is due, so nothing is asked to be renewed.
        Assert.Equal(0, Summary(home.Run("lease", "renew", "--json").RequireExit(0)).GetProperty("due").GetInt64());
        Assert.DoesNotContain("?", home.Run("snapshots").RequireExit(0).Output.Split("PROTECTED UNTIL")[1]);

        home.Run("forget", "--keep-last", "1", "--yes").RequireExit(0);
        var pruned = Summary(home.Run(
            "prune", "--grace", "0", "--unfinished-after", "0", "--yes", "--json").RequireExit(0));
        Assert.Equal(0, pruned.GetProperty("deleted").GetInt64());
        Assert.True(pruned.GetProperty("locked").GetInt64() >= 1);

        // As if three days had gone by: who may bypass shortens all locks, and this machine has forgotten what it knew.
        await ShortenAsync(sdk, bucket, DateTime.UtcNow.AddDays(1));
        File.Delete(Directory.GetFiles(home.Folder, "leases", SearchOption.AllDirectories).Single());
        var status = Summary(home.Run("lease", "status", "--json").RequireExit(0));
        Assert.True(status.GetProperty("due").GetInt64() > 5);
        // What somebody puts on top, or hides, changes nothing for what is below.
        var before = await LocksAsync(sdk, bucket);
        var hidden = before.Keys.First(key => key.Key.Contains("/ledgers/") && !ofFirst.Contains(key));
        await sdk.DeleteObjectAsync(bucket, hidden.Key, Token);
        var replaced = before.Keys.First(key => key.Key.Contains("/packs/") && !ofFirst.Contains(key));
        await sdk.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket, Key = replaced.Key, ContentBody = "junk", UseChunkEncoding = false,
            },
            Token);
        var renewed = home.Run("lease", "renew", "--json").RequireExit(3);
        Assert.Equal(
            Summary(renewed).GetProperty("due").GetInt64(), Summary(renewed).GetProperty("renewed").GetInt64());
        Assert.Equal(1, Summary(renewed).GetProperty("hidden").GetInt64());
        Assert.Equal(1, Summary(renewed).GetProperty("replaced").GetInt64());

        var after = await LocksAsync(sdk, bucket);
        foreach (var (version, until) in after.Where(held => before.ContainsKey(held.Key)))
        {
            var isDead = ofFirst.Contains(version)
                && (version.Key.Contains("/ledgers/") || version.Key.Contains("/snapshots/"));
            if (isDead)
                Assert.Equal(before[version], until);
        }
        Assert.InRange(after[hidden], DateTime.UtcNow.AddDays(3.9), DateTime.UtcNow.AddDays(4.1));
        Assert.InRange(after[replaced], DateTime.UtcNow.AddDays(3.9), DateTime.UtcNow.AddDays(4.1));
        var dead = before.Where(held => held.Key.Key.Contains("/packs/") && after[held.Key] == held.Value).ToList();
        Assert.Equal(pruned.GetProperty("locked").GetInt64(), dead.Count);
        // A second run has nothing to do.
        Assert.Equal(0, Summary(home.Run("lease", "renew", "--json").RequireExit(3)).GetProperty("due").GetInt64());
    }

    internal static async Task ShortenAsync(AmazonS3Client sdk, string bucket, DateTime until)
    {
        foreach (var version in (await LocksAsync(sdk, bucket)).Keys)
            await sdk.PutObjectRetentionAsync(
                new PutObjectRetentionRequest
                {
                    BucketName = bucket, Key = version.Key, VersionId = version.VersionId,
                    BypassGovernanceRetention = true,
                    Retention = new ObjectLockRetention
                    {
                        Mode = ObjectLockRetentionMode.Governance, RetainUntilDate = until,
                    },
                },
                Token);
    }

    static async Task<Dictionary<(string Key, string VersionId), DateTime>> LocksAsync(
        AmazonS3Client sdk, string bucket)
    {
        var found = new Dictionary<(string, string), DateTime>();
        var listing = await sdk.ListVersionsAsync(
            new ListVersionsRequest { BucketName = bucket, Prefix = "some/where/" }, Token);
        Assert.NotEqual(true, listing.IsTruncated);
        foreach (var version in listing.Versions.Where(version =>
            version.IsDeleteMarker != true && !version.Key.Contains("/probes/")))
        {
            var held = await sdk.GetObjectRetentionAsync(
                new GetObjectRetentionRequest { BucketName = bucket, Key = version.Key, VersionId = version.VersionId },
                Token);
            found[(version.Key, version.VersionId)] = held.Retention.RetainUntilDate!.Value.ToUniversalTime();
        }
        return found;
    }

    static JsonElement Summary(CairnResult result) => S3BackupTests.Summary(result);
}

using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.EndToEnd.Campaigns;
using Cairn.Testing.Proxies;

namespace Cairn.EndToEnd.Servers;

/// <summary>Backups into real servers and back, with everything going well and with much going wrong.</summary>
public sealed class S3BackupTests(CephServer ceph, S3rverServer s3rver)
{
    const long MemoryMax = 300L << 20;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tree_goes_to_Ceph_and_comes_back_the_same_with_few_requests()
    {
        using var home = await S3Home.CreateAsync(ceph);
        home.Init();
        S3Home.Fill(home, Megabytes);
        var backup = home.Run("backup", "--json", home.Source).RequireExit(0);
        Assert.InRange(backup.PeakMemoryBytes, 1, MemoryMax);
        var (requests, packs) = (Summary(backup).GetProperty("requests"), Summary(backup).GetProperty("packsStored"));
        // Packs, index, ledger, snapshot; and of listings only those of small prefixes.
        Assert.InRange(requests.GetProperty("put").GetInt64(), 3, packs.GetInt64() + 5);
        Assert.InRange(requests.GetProperty("list").GetInt64(), 1, 12);
        Assert.InRange(requests.GetProperty("get").GetInt64(), 1, 12);

        var again = home.Run("-v", "backup", home.Source).RequireExit(0);
        Assert.Contains("requests: 2 PUT", again.Output);
        var restore = home.Run("restore", $"latest:{home.Source}", "--target", Path.Combine(home.Folder, "back"))
            .RequireExit(0);
        Assert.InRange(restore.PeakMemoryBytes, 1, MemoryMax);
        Assert.Equal("", Rsync.Differences(home.Source, Path.Combine(home.Folder, "back")));
        home.Run("check", "--read-data").RequireExit(0);
    }

    [Fact]
    public async Task Into_a_bucket_with_lock_every_version_is_locked_and_cannot_be_removed()
    {
        var bucket = ceph.NewBucketName();
        using var home = S3Home.Create(ceph, bucket, new Uri(await ceph.EndpointAsync()));
        Assert.Contains("locked for 4 days in governance mode", home.Init(
            "-v", "--lock", "governance", "--lock-days", "3").Output);
        S3Home.Fill(home, megabytes: 5);
        home.Run("backup", home.Source).RequireExit(0);
        using var sdk = await ceph.SdkAsync();
        var versions = (await sdk.ListVersionsAsync(
            new ListVersionsRequest { BucketName = bucket, Prefix = "some/where/" }, Token)).Versions
            .Where(version => version.IsDeleteMarker != true && !version.Key.Contains("/probes/")).ToList();
        Assert.Contains(versions, version => version.Key.Contains("/packs/"));
        Assert.Contains(versions, version => version.Key.EndsWith("/cairn.json"));
        foreach (var version in versions)
        {
            var held = await sdk.GetObjectRetentionAsync(
                new GetObjectRetentionRequest { BucketName = bucket, Key = version.Key, VersionId = version.VersionId },
                Token);
            Assert.Equal(ObjectLockRetentionMode.Governance, held.Retention.Mode);
            Assert.InRange(
                held.Retention.RetainUntilDate!.Value, DateTime.UtcNow.AddDays(3.9), DateTime.UtcNow.AddDays(4.1));
            await Assert.ThrowsAsync<AmazonS3Exception>(() => sdk.DeleteObjectAsync(
                new DeleteObjectRequest { BucketName = bucket, Key = version.Key, VersionId = version.VersionId },
                Token));
        }
        // Nothing was stored twice: an overwritten object would show as a second version.
        Assert.Equal(versions.Count, versions.Select(version => version.Key).Distinct().Count());
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
    }

    [Fact]
    public async Task With_a_fifth_of_all_requests_failing_a_backup_completes_and_leaves_nothing_unaccounted_for_INV_1()
    {
        var seed = (int)Scale.Of("CAIRN_SEED", 20260131);
        var bucket = ceph.NewBucketName();
        var server = new Uri(await ceph.EndpointAsync());
        using var straight = S3Home.Create(ceph, bucket, server);
        straight.Init();
        await using var proxy = FaultProxy.Random(server, seed, probability: 0.2);
        using var home = S3Home.Create(ceph, bucket, proxy.Endpoint, "&timeout=2");
        Directory.Delete(Path.Combine(home.Folder), recursive: true);
        Programs.CopyTree(straight.Folder, home.Folder);
        Directory.CreateDirectory(home.Source);
        S3Home.Fill(home, Megabytes);
        for (var round = 0; round < 5; round++)
        {
            File.WriteAllText(Path.Combine(home.Source, "changing"), Noise.Text(round, words: 1000));
            home.Run("backup", home.Source).RequireExit(0);
        }
        foreach (var fault in Enum.GetValues<ProxyFault>())
            Assert.True(proxy.Counts.ContainsKey(fault), $"{fault}, seed {seed}");
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
        var check = home.Run("check", "--read-data", "--json").RequireExit(0);
        string[] findings = [.. check.Output.Split('\n').Where(line => line.Contains("\"type\":\"finding\""))];
        // Through no proxy, to see what is really there: versions of an object are the same bytes, and check tells of
        // those that were sent twice (Ceph does not know If-None-Match where versions are kept).
        using var sdk = await ceph.SdkAsync();
        var objects = (await sdk.ListVersionsAsync(
            new ListVersionsRequest { BucketName = bucket, Prefix = "some/where/" }, Token)).Versions
            .Where(version => !version.Key.Contains("/probes/")).GroupBy(version => version.Key).ToList();
        Assert.All(objects, versions =>
            Assert.Single(versions.Select(version => (version.ETag, version.Size)).Distinct()));
        var twice = objects.Where(versions => versions.Count() > 1).ToList();
        Assert.Equal(twice.Count, findings.Length);
        Assert.All(twice, versions => Assert.Contains(findings, finding =>
            finding.Contains("\"note\"") && finding.Contains(versions.Key["some/where/".Length..])));
    }

    [Fact]
    public async Task A_simple_server_that_overwrites_is_refused_and_with_consent_works()
    {
        using var home = await S3Home.CreateAsync(s3rver);
        var refused = home.Run("init", "--recovery-file", Path.Combine(home.Folder, "recovery"));
        refused.RequireExit(14);
        Assert.Contains("If-None-Match", refused.Errors);
        Assert.Contains("--allow-overwrites", refused.Errors);
        home.Init("--allow-overwrites");
        S3Home.Fill(home, megabytes: 5);
        home.Run("backup", home.Source).RequireExit(0);
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
        Assert.Contains("limited", home.Run("doctor").RequireExit(0).Output);
    }

    static int Megabytes => (int)Scale.Of("CAIRN_S3_MIB", 80);

    internal static JsonElement Summary(CairnResult result) => JsonDocument.Parse(
        result.Output.Split('\n').Last(line => line.Contains("\"type\":\"summary\""))).RootElement;
}

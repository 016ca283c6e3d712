using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.Servers;

/// <summary>
/// What real servers say of their objects. Ceph 16 keeps no checksum, but sizes and locks; s3rver has no versions.
/// </summary>
public sealed class S3AuditTests(CephServer ceph, S3rverServer s3rver)
{
    const string Prefix = "some/where/";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_Ceph_sizes_and_locks_are_proved_without_a_key_and_what_somebody_did_is_told()
    {
        var bucket = ceph.NewBucketName();
        using var home = S3Home.Create(ceph, bucket, new Uri(await ceph.EndpointAsync()));
        using var night = S3Home.Create(ceph, bucket, new Uri(await ceph.EndpointAsync()));
        home.Init("--lock", "governance", "--lock-days", "3");
        S3Home.Fill(home, megabytes: 5);
        home.Run("backup", home.Source).RequireExit(0);
        S3PolicyTests.JoinAsMaintainer(home, night);
        // Nobody who is asked for it has the key.
        night.Variables["CAIRN_PASSPHRASE"] = "";

        var good = night.Run("check", "--audit", "--json").RequireExit(0);
        var packs = Count(good, "sizeProved");
        Assert.True(packs > 0);
        Assert.Equal(1, Count(good, "contentProved"));
        Assert.Equal(Count(good, "needed"), Count(good, "wellLocked"));
        Assert.True(Count(good, "needed") > 5);
        Assert.False(S3BackupTests.Summary(good).GetProperty("keepsChecksums").GetBoolean());
        var asked = S3BackupTests.Summary(good).GetProperty("requests");
        Assert.Equal(Count(good, "asked"), asked.GetProperty("head").GetInt64());
        Assert.Contains("cannot prove contents", night.Run("check", "--audit").RequireExit(0).Output);

        using var sdk = await ceph.SdkAsync();
        var keys = (await sdk.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = bucket, Prefix = Prefix }, Token)).S3Objects
            .ConvertAll(found => found.Key);
        var stored = keys.Where(key => key.StartsWith(Prefix + "packs/")).ToList();
        await sdk.DeleteObjectAsync(bucket, stored[0], Token);
        // The descriptor too, without which nothing could be opened.
        foreach (var key in (string[])[stored[1], $"{Prefix}cairn.json"])
            await sdk.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = bucket, Key = key, ContentBody = "junk", UseChunkEncoding = false,
                },
                Token);
        var traces = night.Run("check", "--audit", "--json").RequireExit(3);
        Assert.Equal(
            stored.Take(2).Select(key => key[Prefix.Length..]).Append("cairn.json").Order(StringComparer.Ordinal),
            Findings(traces, "repairable").Order(StringComparer.Ordinal));

        await S3LeaseTests.ShortenAsync(sdk, bucket, DateTime.UtcNow.AddDays(1));
        Assert.Equal(0, Count(night.Run("check", "--audit", "--json").RequireExit(3), "wellLocked"));
        night.Run("lease", "renew").RequireExit(3);
        var renewed = night.Run("check", "--audit", "--json").RequireExit(3);
        Assert.Equal(Count(renewed, "needed"), Count(renewed, "wellLocked"));

        // Who may bypass locks removes one for good.
        await RemoveAsync(sdk, bucket, stored[0]);
        var lost = night.Run("check", "--audit", "--json").RequireExit(13);
        Assert.Contains(stored[0][Prefix.Length..], Findings(lost, "damage"));
    }

    [Fact]
    public async Task A_bucket_that_keeps_no_versions_has_no_past_nothing_to_recover_and_is_audited_by_its_listing()
    {
        using var home = await S3Home.CreateAsync(s3rver);
        home.Init("--allow-overwrites");
        S3Home.Fill(home, megabytes: 2);
        home.Run("backup", home.Source).RequireExit(0);
        foreach (var command in (string[][])[["snapshots"], ["ls", "latest:"], ["check"]])
        {
            var refused = home.Run([.. command, "--as-of", "2999-01-01"]).RequireExit(1);
            Assert.Contains("keeps no versions, so it cannot be seen as it was", refused.Errors);
        }
        Assert.Contains("keeps no versions", home.Run("recover", "--yes").RequireExit(1).Errors);
        var audit = home.Run("check", "--audit", "--json").RequireExit(0);
        Assert.True(Count(audit, "sizeProved") > 0);
        Assert.False(S3BackupTests.Summary(audit).GetProperty("seesVersions").GetBoolean());
    }

    [Fact]
    public async Task On_Ceph_a_bucket_without_versions_refuses_to_show_its_past_too()
    {
        var bucket = ceph.NewBucketName();
        using var sdk = await ceph.SdkAsync();
        using var home = S3Home.Create(ceph, bucket, new Uri(await ceph.EndpointAsync()));
        home.Init("-v");
        home.Run("backup", home.Source).RequireExit(0);
        home.Run("snapshots", "--as-of", "2999-01-01").RequireExit(0);
        // The same in a bucket of somebody's that never kept any.
        var plain = ceph.NewBucketName();
        await sdk.PutBucketAsync(plain, Token);
        foreach (var found in (await sdk.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = bucket }, Token)).S3Objects)
            await sdk.CopyObjectAsync(bucket, found.Key, plain, found.Key, Token);
        using var other = S3Home.Create(ceph, plain, new Uri(await ceph.EndpointAsync()));
        Assert.Contains(
            "keeps no versions", other.Run("snapshots", "--as-of", "2999-01-01").RequireExit(1).Errors);
        other.Run("snapshots").RequireExit(0);
        other.Run("check", "--audit").RequireExit(0);
    }

    static async Task RemoveAsync(AmazonS3Client sdk, string bucket, string key)
    {
        var versions = (await sdk.ListVersionsAsync(
            new ListVersionsRequest { BucketName = bucket, Prefix = key }, Token)).Versions;
        foreach (var version in versions)
            await sdk.DeleteObjectAsync(
                new DeleteObjectRequest
                {
                    BucketName = bucket, Key = version.Key, VersionId = version.VersionId,
                    BypassGovernanceRetention = true,
                },
                Token);
    }

    static IEnumerable<string> Findings(CairnResult result, string severity) => result.Output.Split('\n')
        .Where(line => line.Contains("\"type\":\"finding\"")).Select(line => JsonDocument.Parse(line).RootElement)
        .Where(finding => finding.GetProperty("severity").GetString() == severity)
        .Select(finding => finding.GetProperty("object").GetString()!);

    static long Count(CairnResult result, string name) =>
        S3BackupTests.Summary(result).GetProperty(name).GetInt64();
}

using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.Servers;

/// <summary>
/// Whoever has stolen a machine with too many rights does on a real server whatever it lets him; then all is recovered.
/// </summary>
public sealed class S3RansomwareTests(CephServer ceph)
{
    const string Prefix = "some/where/";

    // Hidden; overwritten; overwritten and hidden; hidden and overwritten; hidden twice.
    static readonly string[] Ways = ["D", "P", "PD", "DP", "DD"];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_Ceph_every_good_snapshot_is_restored_after_everything_was_deleted_and_overwritten()
    {
        var bucket = ceph.NewBucketName();
        using var home = S3Home.Create(ceph, bucket, new Uri(await ceph.EndpointAsync()));
        home.Init("--lock", "governance", "--lock-days", "3");
        using var sdk = await ceph.SdkAsync();
        var states = new Dictionary<string, string>();
        for (var i = 0; i < 3; i++)
        {
            Noise.WriteFile(Path.Combine(home.Source, "changes"), seed: i, length: 2_000_000 + i);
            File.WriteAllText(Path.Combine(home.Source, $"note {i}"), Noise.Text(seed: i, words: 2000));
            var id = S3BackupTests.Summary(home.Run("backup", "--json", home.Source).RequireExit(0))
                .GetProperty("snapshot").GetString()!;
            states[id] = Path.Combine(home.Folder, $"state {i}");
            Programs.CopyTree(home.Source, states[id]);
        }
        Assert.Equal(0, Count(home.Run("recover", "--dry-run", "--json").RequireExit(0), "hidden"));

        // Servers tell whole seconds.
        await Task.Delay(TimeSpan.FromSeconds(2), Token);
        var then = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        await Task.Delay(TimeSpan.FromSeconds(2), Token);
        var good = await VersionsAsync(sdk, bucket);
        await AttackAsync(sdk, bucket, good);
        Assert.Superset(
            good.Select(version => version.VersionId).ToHashSet(),
            (await VersionsAsync(sdk, bucket)).Select(version => version.VersionId).ToHashSet());
        Assert.NotEqual(0, home.Run("snapshots").ExitCode);

        // As it was, before anybody has recovered anything.
        var (oldest, target) = (states.First(), Path.Combine(home.Folder, "past"));
        home.Run("restore", $"{oldest.Key}:{home.Source}", "--as-of", then, "--target", target).RequireExit(0);
        Assert.Equal("", Rsync.Differences(oldest.Value, target));
        Assert.Contains(oldest.Key[..8], home.Run("snapshots", "--as-of", then).RequireExit(0).Output);

        // Who is asked nothing is told, and nothing changes.
        var planned = home.Run("recover", "--dry-run", "--json").RequireExit(3);
        Assert.True(Count(planned, "hidden") > 3 && Count(planned, "overwritten") > 3);
        Assert.Equal(0, Count(planned, "recovered"));
        home.Run("recover").RequireExit(1);
        var recovered = home.Run("recover", "--yes", "--json").RequireExit(3);
        Assert.Contains("\"kind\":\"unsigned\"", recovered.Output);
        Assert.True(Count(recovered, "recovered") > 6);
        Assert.True(Count(recovered, "markersRemoved") > 0 && Count(recovered, "storedAgain") > 0);
        Assert.Equal(0, Count(home.Run("recover", "--dry-run", "--json").RequireExit(3), "hidden"));

        foreach (var (id, state) in states)
            Assert.Equal("", Rsync.Differences(state, home.Restore(id)));
        Assert.Superset(
            good.Select(version => version.VersionId).ToHashSet(),
            (await VersionsAsync(sdk, bucket)).Select(version => version.VersionId).ToHashSet());
        home.Run("backup", home.Source).RequireExit(0);
        // Locks are renewed though the junk snapshots, which name ledgers that are not there, are still told of.
        home.Run("lease", "renew").RequireExit(13);
    }

    static async Task AttackAsync(AmazonS3Client sdk, string bucket, List<S3ObjectVersion> versions)
    {
        foreach (var version in versions)
        {
            // Only locks stand against these: without a right to bypass them each is refused.
            await Assert.ThrowsAsync<AmazonS3Exception>(() => sdk.DeleteObjectAsync(
                new DeleteObjectRequest { BucketName = bucket, Key = version.Key, VersionId = version.VersionId },
                Token));
            await Assert.ThrowsAsync<AmazonS3Exception>(() => sdk.PutObjectRetentionAsync(
                new PutObjectRetentionRequest
                {
                    BucketName = bucket, Key = version.Key, VersionId = version.VersionId,
                    Retention = new ObjectLockRetention
                    {
                        Mode = ObjectLockRetentionMode.Governance, RetainUntilDate = DateTime.UtcNow.AddMinutes(5),
                    },
                },
                Token));
        }
        var number = 0;
        foreach (var key in versions.Select(version => version.Key).Distinct())
        {
            foreach (var deed in Ways[number++ % Ways.Length])
            {
                if (deed == 'D')
                    await sdk.DeleteObjectAsync(bucket, key, Token);
                else
                    await PutAsync(sdk, bucket, key, [.. Enumerable.Repeat((byte)number, 1000)]);
            }
        }
        // Junk snapshots, of long ago and of long from now, under names that are right but for their signature.
        var snapshot = versions.First(version => version.Key.StartsWith(Prefix + "snapshots/")).Key;
        var host = snapshot.Split('/')[^2];
        foreach (var ulid in (string[])["0000000000000000000000000A", "7ZZZZZZZZZ000000000000000A"])
        {
            var junk = RandomNumberGenerator.GetBytes(500);
            var hash = Convert.ToHexStringLower(SHA256.HashData(junk));
            await PutAsync(sdk, bucket, $"{Prefix}snapshots/{host}/{ulid}-{hash}-{hash}", junk);
        }
    }

    static Task PutAsync(AmazonS3Client sdk, string bucket, string key, byte[] content) => sdk.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = bucket, Key = key, InputStream = new MemoryStream(content), UseChunkEncoding = false,
        },
        Token);

    static async Task<List<S3ObjectVersion>> VersionsAsync(AmazonS3Client sdk, string bucket)
    {
        var listing = await sdk.ListVersionsAsync(
            new ListVersionsRequest { BucketName = bucket, Prefix = Prefix }, Token);
        Assert.NotEqual(true, listing.IsTruncated);
        return [.. listing.Versions.Where(version =>
            version.IsDeleteMarker != true && !version.Key.Contains("/probes/"))];
    }

    static long Count(CairnResult result, string name) =>
        S3BackupTests.Summary(result).GetProperty(name).GetInt64();
}

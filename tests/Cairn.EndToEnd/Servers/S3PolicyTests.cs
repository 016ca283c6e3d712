using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.Servers;

/// <summary>
/// The policies that "policy" prints, enforced by a real server: each role's commands work with them, and the server
/// refuses everything else.
/// </summary>
public sealed class S3PolicyTests(CephServer ceph)
{
    const string Prefix = "some/where/";

    static readonly string[] Roles = ["host", "maintainer", "restorer", "auditor", "admin"];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_Ceph_each_role_can_do_its_work_and_nothing_else()
    {
        var bucket = ceph.NewBucketName();
        using var owner = S3Home.Create(ceph, bucket, new Uri(await ceph.EndpointAsync()));
        owner.Init("--lock", "governance", "--lock-days", "2");
        S3Home.Fill(owner, megabytes: 3);
        owner.Run("backup", owner.Source).RequireExit(0);
        var hostId = OwnHostId(owner);
        using var night = S3Home.Create(ceph, bucket, new Uri(await ceph.EndpointAsync()));
        JoinAsMaintainer(owner, night);

        var statements = new JsonArray();
        foreach (var role in Roles)
        {
            var user = $"{role}{bucket.Replace("-", "")}";
            await ceph.AddUserAsync(user);
            string[] more = role == "host" ? ["--host", hostId] : [];
            var text = owner.Run(["policy", role, "--principal", $"arn:aws:iam:::user/{user}", .. more]).RequireExit(0);
            foreach (var statement in JsonNode.Parse(text.Output)!["Statement"]!.AsArray())
            {
                var copy = statement!.DeepClone();
                copy["Sid"] = $"{role}{copy["Sid"]}";
                statements.Add(copy);
            }
        }
        // To Ceph the owner of a bucket is a stranger to objects that others put there.
        statements.Add(new JsonObject
        {
            ["Sid"] = "owner", ["Effect"] = "Allow", ["Action"] = "s3:*",
            ["Principal"] = new JsonObject { ["AWS"] = $"arn:aws:iam:::user/{ceph.Keys.Access}" },
            ["Resource"] = new JsonArray($"arn:aws:s3:::{bucket}", $"arn:aws:s3:::{bucket}/*"),
        });
        using var root = await ceph.SdkAsync();
        await root.PutBucketPolicyAsync(bucket, new JsonObject
        {
            ["Version"] = "2012-10-17", ["Statement"] = statements,
        }.ToJsonString(), Token);

        var others = (await VersionsAsync(root, bucket)).ConvertAll(version => version.Split(' ')[0]);
        File.WriteAllText(Path.Combine(owner.Source, "more"), Noise.Text(seed: 9, words: 50_000));
        As(owner, bucket, "host").Run("backup", owner.Source).RequireExit(0);
        As(night, bucket, "maintainer").Run("lease", "renew").RequireExit(0);
        As(night, bucket, "maintainer").Run(
            "prune", "--grace", "0", "--unfinished-after", "0", "--yes").RequireExit(0);
        // With locks that run out, renewed by who may lock and not unlock.
        await S3LeaseTests.ShortenAsync(root, bucket, DateTime.UtcNow.AddDays(1));
        File.Delete(Directory.GetFiles(night.Folder, "leases", SearchOption.AllDirectories).Single());
        var renewed = S3BackupTests.Summary(night.Run("lease", "renew", "--json").RequireExit(0));
        Assert.True(renewed.GetProperty("renewed").GetInt64() > 5);
        As(owner, bucket, "restorer").Run("check", "--read-data").RequireExit(0);
        Assert.Equal("", Rsync.Differences(owner.Source, owner.Restore("latest")));
        foreach (var (home, role) in ((CairnHome, string)[])[
            (night, "auditor"), (night, "maintainer"), (owner, "restorer"), (owner, "admin")])
        {
            As(home, bucket, role).Run("check", "--audit").RequireExit(0);
            home.Run("lease", "status").RequireExit(0);
            home.Run("recover", "--dry-run").RequireExit(0);
        }
        await AdministerAsync(root, owner, bucket);
        var before = await VersionsAsync(root, bucket);
        await AttackAsync(root, bucket, hostId, others);
        // Refused means that nothing came of it.
        Assert.Equal(before, await VersionsAsync(root, bucket));
    }

    // What an admin does beside what the others do: keys, machines, forgetting, and bringing back what was hidden.
    async Task AdministerAsync(AmazonS3Client root, CairnHome owner, string bucket)
    {
        As(owner, bucket, "admin");
        var recipient = JsonDocument.Parse(owner.Run(
            "key", "generate", Path.Combine(owner.Folder, "vault"), "--json").RequireExit(0).Output.Split('\n')
            .First(line => line.Contains("\"recipient\""))).RootElement.GetProperty("recipient").GetString()!;
        owner.Run("key", "add", "--recipient", recipient).RequireExit(0);
        using var other = S3Home.Create(ceph, bucket, new Uri(await ceph.EndpointAsync()));
        JoinAsMaintainer(owner, other);
        owner.Run("host", "list").RequireExit(0);
        owner.Run("tag", "--latest", "1", "--add", "kept").RequireExit(0);
        owner.Run("forget", "--keep-last", "1", "--yes").RequireExit(0);
        var snapshots = await root.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = bucket, Prefix = $"{Prefix}snapshots/" }, Token);
        using var sdk = await ceph.SdkAsync(
            $"admin{bucket.Replace("-", "")}", $"admin{bucket.Replace("-", "")}secret");
        await sdk.DeleteObjectAsync(bucket, snapshots.S3Objects[^1].Key, Token);
        owner.Run("recover", "--yes").RequireExit(0);
        owner.Run("check").RequireExit(0);
        Assert.Equal("", Rsync.Differences(owner.Source, owner.Restore("latest")));
    }

    internal static void JoinAsMaintainer(CairnHome owner, CairnHome night)
    {
        var request = night.Run("host", "request", "-q").RequireExit(0).Output.Trim();
        var enrolment = owner.Run("host", "enrol", "night", request, "--maintainer", "--may-forget", "-q")
            .RequireExit(0).Output.Trim();
        File.WriteAllText(Path.Combine(night.Folder, "enrolment"), enrolment);
        night.Run("host", "join", Path.Combine(night.Folder, "enrolment")).RequireExit(0);
    }

    static async Task<List<string>> VersionsAsync(AmazonS3Client root, string bucket)
    {
        var listing = await root.ListVersionsAsync(new ListVersionsRequest { BucketName = bucket }, Token);
        Assert.NotEqual(true, listing.IsTruncated);
        return [.. listing.Versions.Select(version => $"{version.Key} {version.VersionId} {version.IsLatest}")];
    }

    /// <param name="others">Objects that none of the roles stored: to Ceph, who stored one owns it, and may lock it for
    /// longer whatever the bucket's policy says.</param>
    async Task AttackAsync(AmazonS3Client root, string bucket, string hostId, List<string> others)
    {
        var versions = (await root.ListVersionsAsync(
            new ListVersionsRequest { BucketName = bucket, Prefix = Prefix }, Token)).Versions;
        S3ObjectVersion First(string prefix) => versions.First(version =>
            version.IsDeleteMarker != true && version.Key.StartsWith(Prefix + prefix, StringComparison.Ordinal)
            && others.Contains(version.Key));
        foreach (var role in Roles)
        {
            var user = $"{role}{bucket.Replace("-", "")}";
            using var sdk = await ceph.SdkAsync(user, $"{user}secret");
            foreach (var prefix in (string[])["cairn.json", "packs/", "index/", "ledgers/", "snapshots/", "hosts/"])
                await RefusedAsync(role, () => sdk.DeleteObjectAsync(new DeleteObjectRequest
                {
                    BucketName = bucket, Key = First(prefix).Key, VersionId = First(prefix).VersionId,
                    BypassGovernanceRetention = true,
                }, Token));
            await RefusedAsync(role, () => sdk.PutBucketPolicyAsync(bucket, "{}", Token));
            await RefusedAsync(role, () => sdk.PutLifecycleConfigurationAsync(
                bucket, new LifecycleConfiguration { Rules = [] }, Token));
            await RefusedAsync(role, () => sdk.PutBucketVersioningAsync(
                new PutBucketVersioningRequest
                {
                    BucketName = bucket,
                    VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Suspended },
                },
                Token));
            await RefusedAsync(role, () => sdk.DeleteBucketAsync(bucket, Token));
            await RefusedAsync(role, () => PutAsync(sdk, bucket, "outside/junk", absolute: true));
            await RefusedAsync(role, () => LockAsync(sdk, bucket, First("packs/"), days: 1));
            // That an admin's and a maintainer's rights end at names that are free, and how long they may lock, Ceph
            // cannot say: that is tried at the simulated bucket.
            if (role == "admin")
                continue;
            if (role != "maintainer")
            {
                await RefusedAsync(role, () => sdk.DeleteObjectAsync(bucket, First("packs/").Key, Token));
                await RefusedAsync(role, () => LockAsync(sdk, bucket, First("packs/"), days: 3));
            }
            await RefusedAsync(role, () => sdk.DeleteObjectAsync(bucket, First("keys/").Key, Token));
            await RefusedAsync(role, () => PutAsync(sdk, bucket, "cairn.json"));
            await RefusedAsync(role, () => PutAsync(sdk, bucket, "keys/junk"));
            await RefusedAsync(role, () => PutAsync(sdk, bucket, "ledgers/0123456789abcdef0123456789abcdef/junk"));
            if (role != "host")
                await RefusedAsync(role, () => PutAsync(sdk, bucket, $"ledgers/{hostId}/junk"));
            if (role != "restorer")
                await RefusedAsync(role, () => sdk.GetObjectAsync(bucket, First("keys/").Key, Token));
        }
        using var host = await ceph.SdkAsync(
            $"host{bucket.Replace("-", "")}", $"host{bucket.Replace("-", "")}secret");
        foreach (var prefix in (string[])["packs/", "ledgers/", "snapshots/", "keys/"])
        {
            await RefusedAsync("host", () => host.GetObjectAsync(bucket, First(prefix).Key, Token));
            await RefusedAsync("host", () => host.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = bucket, Prefix = Prefix + prefix }, Token));
        }
        await RefusedAsync("host", () => host.ListVersionsAsync(
            new ListVersionsRequest { BucketName = bucket, Prefix = Prefix }, Token));
    }

    static Task PutAsync(AmazonS3Client sdk, string bucket, string name, bool absolute = false) => sdk.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = bucket, Key = absolute ? name : Prefix + name, ContentBody = "junk", UseChunkEncoding = false,
        },
        Token);

    static Task LockAsync(AmazonS3Client sdk, string bucket, S3ObjectVersion version, int days) =>
        sdk.PutObjectRetentionAsync(
            new PutObjectRetentionRequest
            {
                BucketName = bucket, Key = version.Key, VersionId = version.VersionId,
                Retention = new ObjectLockRetention
                {
                    Mode = ObjectLockRetentionMode.Governance, RetainUntilDate = DateTime.UtcNow.AddDays(days),
                },
            },
            Token);

    static async Task RefusedAsync(
        string role, Func<Task> attempt,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(attempt))] string what = "")
    {
        var refusal = await Record.ExceptionAsync(attempt);
        Assert.True(
            // Ceph calls some of what it does not allow a wrong method.
            refusal is AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed },
            $"{role}, {what}: {(refusal as AmazonS3Exception)?.ErrorCode ?? refusal?.ToString() ?? "allowed"}");
    }

    // The id stands in the names of its ledgers.
    static string OwnHostId(CairnHome home)
    {
        var list = home.Run("host", "list", "--json").RequireExit(0).Output.Split('\n')
            .First(line => line.Contains("\"host\"", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(list);
        return json.RootElement.GetProperty("id").GetString()!;
    }

    static CairnHome As(CairnHome home, string bucket, string role)
    {
        var user = $"{role}{bucket.Replace("-", "")}";
        home.Variables["AWS_ACCESS_KEY_ID"] = user;
        home.Variables["AWS_SECRET_ACCESS_KEY"] = $"{user}secret";
        return home;
    }
}

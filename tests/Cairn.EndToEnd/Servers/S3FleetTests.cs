using Amazon.S3;
using Amazon.S3.Model;
using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.Servers;

/// <summary>Many machines and one repository on a real server. CAIRN_HOSTS sets how many.</summary>
public sealed class S3FleetTests(CephServer ceph)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twenty_hosts_back_up_at_once_into_one_repository_and_all_restore_INV_1()
    {
        using var fleet = await FleetAsync((int)Scale.Of("CAIRN_HOSTS", 20));
        var shared = Noise.Text(seed: 1, words: 100_000);
        foreach (var (host, number) in fleet.Hosts.Select((host, number) => (host, number)))
        {
            File.WriteAllText(Path.Combine(host.Source, "shared"), shared);
            Noise.WriteFile(Path.Combine(host.Source, "own"), seed: 100 + number, 400_000 + number);
            Noise.WriteFile(Path.Combine(host.Source, "of some"), seed: number % 3, 300_000);
        }
        var runs = fleet.Hosts.ConvertAll(host => host.Start("backup", host.Source));
        foreach (var run in runs)
        {
            using (run)
                run.Finish().RequireExit(0);
        }
        foreach (var host in fleet.Hosts)
        {
            var target = Path.Combine(host.Folder, "restored");
            host.Run("restore", $"latest:{host.Source}", "--target", target).RequireExit(0);
            Assert.Equal("", Rsync.Differences(host.Source, target));
        }
        fleet.Admin.Run("check", "--read-data").RequireExit(0);
    }

    [Fact]
    public async Task The_second_of_two_hosts_with_the_same_tree_sends_manifests_only()
    {
        using var fleet = await FleetAsync(2);
        var (first, second) = (fleet.Hosts[0], fleet.Hosts[1]);
        S3Home.Fill(first, megabytes: 20);
        Programs.CopyTree(first.Source + "/.", second.Source);
        var all = S3BackupTests.Summary(first.Run("backup", first.Source, "--json").RequireExit(0));
        Assert.True(all.GetProperty("bytesStored").GetInt64() > 20 << 20);
        var before = await SizesAsync(fleet.Bucket);
        var again = S3BackupTests.Summary(second.Run("backup", second.Source, "--json").RequireExit(0));
        Assert.Equal(all.GetProperty("bytesRead").GetInt64(), again.GetProperty("bytesRead").GetInt64());
        // One pack, of manifests; an index object, a ledger, a snapshot.
        var added = (await SizesAsync(fleet.Bucket)).ExceptBy(before.Select(found => found.Key), found => found.Key)
            .ToList();
        Assert.Equal(1, again.GetProperty("packsStored").GetInt64());
        Assert.Equal(4, added.Count);
        Assert.InRange(added.Sum(found => found.Value), 1, 100_000);
        var target = Path.Combine(second.Folder, "restored");
        second.Run("restore", $"latest:{second.Source}", "--target", target).RequireExit(0);
        Assert.Equal("", Rsync.Differences(second.Source, target));
    }

    async Task<Dictionary<string, long>> SizesAsync(string bucket)
    {
        using var sdk = await ceph.SdkAsync();
        var found = new Dictionary<string, long>();
        var request = new ListObjectsV2Request { BucketName = bucket };
        await foreach (var item in sdk.Paginators.ListObjectsV2(request).S3Objects.WithCancellation(Token))
            found.Add(item.Key, item.Size ?? 0);
        return found;
    }

    async Task<Fleet> FleetAsync(int hosts)
    {
        var (bucket, endpoint) = (ceph.NewBucketName(), new Uri(await ceph.EndpointAsync()));
        var admin = S3Home.Create(ceph, bucket, endpoint);
        admin.Init();
        // The recovery key needs no work of passphrases.
        string[] key = ["--recovery-key-file", Path.Combine(admin.Folder, "recovery")];
        var fleet = new Fleet(bucket, admin, []);
        for (var i = 0; i < hosts; i++)
        {
            var home = S3Home.Create(ceph, bucket, endpoint);
            fleet.Hosts.Add(home);
            var request = home.Run("host", "request", "-q").RequireExit(0).Output.Trim();
            File.WriteAllText(
                Path.Combine(home.Folder, "enrolment"),
                admin.Run(["host", "enrol", $"host{i}", request, "-q", .. key]).RequireExit(0).Output.Trim());
            home.Run("host", "join", Path.Combine(home.Folder, "enrolment")).RequireExit(0);
        }
        return fleet;
    }

    sealed record Fleet(string Bucket, CairnHome Admin, List<CairnHome> Hosts) : IDisposable
    {
        public void Dispose()
        {
            Admin.Dispose();
            Hosts.ForEach(host => host.Dispose());
        }
    }
}

using Cairn.EndToEnd.Servers;

namespace Cairn.EndToEnd.Campaigns;

/// <summary>
/// Eight hosts back up versions of a tree into one repository, as real processes, while two maintainers forget and
/// prune with little or no grace, and kill -9 ends any of them at random moments (INV-1, INV-4): what is committed
/// restores byte by byte. CAIRN_CROWD_SECONDS and CAIRN_CROWD_TREES (folders, with colons between them) make it large.
/// </summary>
public sealed class CrowdCampaign(CephServer ceph)
{
    const int Hosts = 8;
    const int Maintainers = 2;
    const long SecondsUsually = 15;

    [Fact]
    public async Task In_a_local_repository_everything_committed_restores()
    {
        using var owner = new CairnHome();
        owner.Init();
        await RunAsync(owner, () => new CairnHome { Repository = owner.Repository });
    }

    [Fact]
    public async Task On_Ceph_everything_committed_restores()
    {
        var bucket = ceph.NewBucketName();
        var endpoint = new Uri(await ceph.EndpointAsync());
        using var owner = S3Home.Create(ceph, bucket, endpoint);
        owner.Init();
        await RunAsync(owner, () => S3Home.Create(ceph, bucket, endpoint));
    }

    static async Task RunAsync(CairnHome owner, Func<CairnHome> newHome)
    {
        var seed = (int)Scale.Of("CAIRN_SEED", Random.Shared.Next());
        var duration = TimeSpan.FromSeconds(Scale.Of("CAIRN_CROWD_SECONDS", SecondsUsually));
        var trees = Trees(owner);
        var homes = new List<CairnHome>();
        try
        {
            for (var i = 0; i < Hosts + Maintainers; i++)
            {
                homes.Add(newHome());
                Enrol(owner, homes[i], NameOf(i), i < Hosts ? [] : ["--maintainer", "--may-forget"]);
            }
            using var end = new CancellationTokenSource(duration);
            var members = homes.Select((home, i) => new CrowdMember(home, NameOf(i), trees, new Random(seed + i)))
                .ToList();
            await Task.WhenAll(members.Select((member, i) => Task.Run(
                i < Hosts ? () => member.BackUpUntil(end.Token) : () => member.MaintainUntil(end.Token))));
            foreach (var member in members)
                TestContext.Current.SendDiagnosticMessage($"seed {seed}: {member}");
            Assert.All(members[..Hosts], member => Assert.True(member.Finished > 0, $"seed {seed}: {member}"));
            Assert.True(members[Hosts..].Sum(member => member.Finished) > 0, $"seed {seed}: nobody pruned");
            new CrowdJudgement(owner, members[..Hosts], $"seed {seed}").Run();
        }
        finally
        {
            homes.ForEach(home => home.Dispose());
        }
    }

    static string NameOf(int member) => $"machine{member}";

    static void Enrol(CairnHome owner, CairnHome home, string name, string[] options)
    {
        var request = home.Run("host", "request", "-q").RequireExit(0).Output.Trim();
        var enrolment = owner.Run(["host", "enrol", name, request, "-q", .. options]).RequireExit(0).Output;
        var file = Path.Combine(home.Folder, "enrolment");
        File.WriteAllText(file, enrolment.Trim());
        home.Run("host", "join", file).RequireExit(0);
    }

    /// <summary>Whole trees, and each directory of their tops.</summary>
    static string[] Trees(CairnHome owner)
    {
        var given = Environment.GetEnvironmentVariable("CAIRN_CROWD_TREES");
        string[] trees = given is null
            ? [.. Enumerable.Range(1, 3).Select(version => Small(Path.Combine(owner.Folder, "trees"), version))]
            : given.Split(':');
        return [.. trees, .. trees.SelectMany(Directory.GetDirectories).Order(StringComparer.Ordinal)];
    }

    // A third of each version is in all of them.
    static string Small(string folder, int version)
    {
        var tree = Directory.CreateDirectory(Path.Combine(folder, $"version{version}")).FullName;
        for (var i = 0; i < 90; i++)
        {
            var part = Directory.CreateDirectory(Path.Combine(tree, $"part{i % 6}")).FullName;
            Noise.WriteFile(Path.Combine(part, $"file{i}"), i % 3 == 0 ? i : 1000 * version + i, 100 + i * 2000);
        }
        return tree;
    }
}

using System.Security.Cryptography;
using Cairn.Cli;
using Cairn.Cli.Commands;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing;
using Cairn.Testing.State;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Damage;

/// <summary>
/// tests/kept/VERSION-parts: what a version's engine makes and its commands do not, or not in a small space, kept for
/// ever. It is a <see cref="DamageWorld"/>; this test, run with CAIRN_KEEP_PARTS=FOLDER, writes a new one.
/// </summary>
public sealed class KeptPartsTests
{
    const string Suffix = "-parts";

    static readonly string Kept = Path.Combine(SourceFile.Root, "tests", "kept");

    public static TheoryData<string> Versions() =>
    [
        .. Directory.EnumerateDirectories(Kept, $"*{Suffix}").Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Kept_parts_are_opened_listed_checked_and_restored(string version)
    {
        var token = TestContext.Current.CancellationToken;
        var folder = Path.Combine(Kept, version);
        await using var store = Load(Path.Combine(folder, "repository"));
        using var secret = new SealingKeySecret(
            RecoveryKey.Parse(File.ReadAllText(Path.Combine(folder, "recovery-key"))));
        var environment = new EngineEnvironment(TimeProvider.System, new SeededRandom(1), new BufferPool());
        using var repository = await RepositoryOpener.OpenWithSecretAsync(
            store, secret, environment, token);
        Assert.Empty(repository.Problems);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), token);
        var check = await CheckOperation.RunAsync(
            session, new CheckOptions { ReadDataPercent = 100, Workers = 2 }, new CheckMonitor(), token);
        Assert.Equal(ExitCodes.Ok, CheckCommand.ExitCodeOf(check));
        var listing = await SnapshotCatalog.ListAsync(repository, token);
        Assert.Empty(listing.Problems);
        var lines = new List<string>();
        foreach (var snapshot in listing.Snapshots)
        {
            using var target = new MemoryTarget();
            var result = await RestoreOperation.RunAsync(
                session, snapshot, target, new RestoreOptions { Workers = 1 }, new RestoreMonitor(), token);
            Assert.Empty(result.Failures);
            lines.AddRange(target.Nodes.Select(node => Line(snapshot.Name, node.Key, node.Value.Content)));
        }
        Assert.Equal(
            File.ReadAllLines(Path.Combine(folder, "expected")), lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task New_ones_are_written_where_the_environment_says()
    {
        using var scratch = new TemporaryFolder();
        var folder = Environment.GetEnvironmentVariable("CAIRN_KEEP_PARTS") ?? Path.Combine(scratch.Path, "parts");
        await using var world = await DamageWorld.CreateAsync(seed: 2026);
        foreach (var (name, bytes) in world.Objects)
        {
            var path = Path.Combine(folder, "repository", name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
        File.WriteAllText(
            Path.Combine(folder, "recovery-key"), $"{RecoveryKey.Print(world.Test.Init.RecoveryKey)}\n");
        // Streams are restored beside the files, and stand in no tree of the source.
        var lines = world.Snapshots.SelectMany(snapshot => snapshot.Tree.Select(item =>
            Line(snapshot.Name, item.Key, item.Value.Content)).Concat(snapshot.Streams.Select(item =>
            Line(snapshot.Name, item.Key, item.Value))));
        File.WriteAllLines(Path.Combine(folder, "expected"), lines.Order(StringComparer.Ordinal));
        await using var again = Load(Path.Combine(folder, "repository"));
        Assert.Equal(world.Objects.Count, again.Count);
    }

    static string Line(SnapshotName snapshot, string path, byte[]? content) =>
        $"{snapshot.Hash} {(content is null ? "-" : Convert.ToHexStringLower(SHA256.HashData(content)))} {path}";

    static MemoryStore Load(string folder)
    {
        var store = new MemoryStore();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            store.Plant(Path.GetRelativePath(folder, path), File.ReadAllBytes(path));
        return store;
    }
}

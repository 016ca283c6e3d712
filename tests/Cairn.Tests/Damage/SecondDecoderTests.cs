using System.Diagnostics;
using Cairn.Engine.Crypto;
using Cairn.Testing;
using Cairn.Tests.Operations.Backup;
using Cairn.Tests.Operations.Prune;

namespace Cairn.Tests.Damage;

/// <summary>
/// The independent reader of tests/decoder on a repository with an object of every kind, also those that no command
/// makes yet: two hosts, an interim ledger, retired records, moves, lists of extents.
/// </summary>
public sealed class SecondDecoderTests
{
    [Fact]
    public async Task It_verifies_every_object_and_extracts_every_snapshot_and_finds_damage_in_each_folder()
    {
        await using var world = await DamageWorld.CreateAsync();
        using var folder = new TemporaryFolder();
        var repository = Path.Combine(folder.Path, "repository");
        foreach (var (name, bytes) in world.Objects)
            Write(repository, name, bytes);
        var key = Path.Combine(folder.Path, "key");
        File.WriteAllText(key, RecoveryKey.Print(world.Test.Init.RecoveryKey));

        Assert.StartsWith("all is well", Decode(0, key, repository, "verify"), StringComparison.Ordinal);
        Assert.Equal(3, Decode(0, key, repository, "list").Trim().Split('\n').Length);
        foreach (var snapshot in world.Snapshots)
        {
            var id = snapshot.Name.Hash.ToString();
            var target = Path.Combine(folder.Path, id);
            Decode(0, key, repository, "extract", id, target);
            foreach (var (path, expected) in snapshot.Tree.Where(item => item.Value.Content is not null))
                Assert.True(
                    expected.Content.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(target, path))), path);
        }
        foreach (var (name, bytes) in world.Objects.GroupBy(item => DamageCase.FolderOf(item.Key), group => group)
            .Select(group => group.Last()))
        {
            var damaged = bytes.ToArray();
            damaged[^30] ^= 1;
            Write(repository, name, damaged);
            Assert.Contains(name, Decode(13, key, repository, "verify"), StringComparison.Ordinal);
            Write(repository, name, bytes);
        }
    }

    [Fact]
    public async Task It_reads_index_objects_in_index_objects()
    {
        await using var world = await BackupWorld.CreateAsync();
        for (var i = 0; i < 5; i++)
            await world.ChangeAndBackupAsync($"file{i}");
        var options = PruneWorld.AtOnce with { IndexObjectsMin = 3 };
        Assert.Equal(5, (await world.PruneAsync(options)).IndexObjectsDeleted);
        for (var i = 0; i < 2; i++)
            await world.ChangeAndBackupAsync($"more{i}");
        Assert.Equal(3, (await world.PruneAsync(options)).IndexObjectsDeleted);
        using var folder = new TemporaryFolder();
        var repository = Path.Combine(folder.Path, "repository");
        var objects = await world.Test.ObjectsAsync();
        foreach (var (name, bytes) in objects)
            Write(repository, name, bytes);
        var key = Path.Combine(folder.Path, "key");
        File.WriteAllText(key, RecoveryKey.Print(world.Test.Init.RecoveryKey));
        Assert.StartsWith("all is well", Decode(0, key, repository, "verify"), StringComparison.Ordinal);

        // And what they say is held against the packs.
        var pack = objects.Keys.First(name => name.StartsWith("packs/", StringComparison.Ordinal));
        File.Delete(Path.Combine(repository, pack));
        var index = objects.Keys.Single(name => name.StartsWith("index/", StringComparison.Ordinal));
        Assert.Contains(index, Decode(13, key, repository, "verify"), StringComparison.Ordinal);
    }

    static void Write(string repository, string name, byte[] bytes)
    {
        var path = Path.Combine(repository, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    static string Decode(int code, string key, params string[] arguments)
    {
        var decoder = Path.Combine(SourceFile.Root, "tests", "decoder", "cairn_decoder.py");
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[decoder, arguments[0], "--recovery-key-file", key, .. arguments[1..]])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var reading = process.StandardOutput.ReadToEndAsync();
        Patience.AwaitExit(process, decoder);
        var output = Patience.Read(reading, decoder);
        Assert.True(process.ExitCode == code, $"it ended with {process.ExitCode}\n{output}");
        return output;
    }
}

using System.Text;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Files.Restoring;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Trees;
using Cairn.Tests.Files;

namespace Cairn.Tests.Operations;

/// <summary>
/// Manifests made by somebody who has the keys, to write where he should not. Nothing outside of the target changes,
/// whatever the rule for what stands there.
/// </summary>
public class HostileManifestTests
{
    // Replacements in the bytes of manifest pieces, of equal length.
    [Theory]
    [InlineData("QQ", "..")]
    [InlineData("QQ", "/t")]
    [InlineData("QQ", "Q/")]
    [InlineData("QQ", "Q\0")]
    [InlineData("QQ/QQQ", "../out")]
    [InlineData("QQ/QQQ", "/out/s")]
    [InlineData("QQ/QQQ", "QQ/../")]
    public async Task A_name_that_is_none_is_damage_and_leads_nowhere_INV_3(string honest, string forged)
    {
        var tree = new TestTree().File("QQ/QQQ/evil", "evil"u8.ToArray()).File("honest", "honest"u8.ToArray());
        var result = await RestoreAsync(tree, bytes => Replace(bytes, honest, forged));
        Assert.Contains(result.Failures, failure => failure.IsDamage);
    }

    [Theory]
    [InlineData("../outside"), InlineData("/"), InlineData(".")]
    public async Task What_is_said_to_lie_in_a_link_is_not_written_through_it(string leadsTo)
    {
        // The writer does not look whether a directory with entries is one.
        var tree = new TestTree().Symlink("link", leadsTo).File("link/kept", "evil"u8.ToArray())
            .File("link/sub/new", "evil"u8.ToArray()).File("honest", "honest"u8.ToArray());
        var result = await RestoreAsync(tree, forge: null);
        Assert.Equal(
            ["link/kept", "link/sub", "link/sub/new"],
            result.Failures.Select(failure => Encoding.Latin1.GetString(failure.Path.Span)).Order());
        Assert.Equal(1, result.Files);
    }

    [Fact]
    public async Task A_link_in_place_of_a_directory_of_the_target_is_not_followed_either()
    {
        var tree = new TestTree().File("planted/kept", "evil"u8.ToArray());
        var result = await RestoreAsync(tree, forge: null, plant: "ln -s ../outside t/planted");
        Assert.Empty(result.Failures); // by the last of the rules, the link has made room
    }

    static async Task<RestoreResult> RestoreAsync(
        TestTree tree, Func<byte[], byte[]>? forge, string plant = "true")
    {
        await using var test = await TestRepository.CreateAsync();
        SnapshotInfo snapshot;
        using (var host = await test.OpenAsHostAsync())
            snapshot = await new TestSnapshotWriter(test, host) { Forge = forge }.WriteAsync(tree);
        RestoreResult result = null!;
        foreach (var rule in new[] { OverwriteRule.Refuse, OverwriteRule.IfChanged, OverwriteRule.Always })
        {
            using var folder = new TemporaryDirectory();
            folder.AddFile("outside/kept", "precious");
            folder.AddFile("t/own", "own");
            const string facts = "cd outside; find . | sort | xargs stat -c '%n %s %a %y'; cat kept; ls -1 ..";
            folder.Run("sh", "-c", plant);
            var before = folder.Run("sh", "-c", facts);
            using var repository = await test.OpenForReadingAsync();
            using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
            using var target = DirectoryTarget.Open(folder.BytesAt("t"), new() { Overwrite = rule });
            var options = new RestoreOptions { Workers = 2 };
            result = await RestoreOperation.RunAsync(
                session, snapshot, target, options, new RestoreMonitor(), default);
            Assert.Equal(before, folder.Run("sh", "-c", facts));
        }
        return result;
    }

    static byte[] Replace(byte[] bytes, string honest, string forged)
    {
        var (from, to) = (Encoding.Latin1.GetBytes(honest), Encoding.Latin1.GetBytes(forged));
        var forgedBytes = bytes.ToArray();
        for (int at; (at = forgedBytes.AsSpan().IndexOf(from)) >= 0;)
            to.CopyTo(forgedBytes, at);
        return forgedBytes;
    }
}

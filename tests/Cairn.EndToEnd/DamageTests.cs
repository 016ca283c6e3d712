using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd;

/// <summary>
/// A short version of the matrix in Cairn.Tests/Damage, with the real executable: exit code 13, and lost files by their
/// names.
/// </summary>
public sealed class DamageTests(DamageTests.Whole whole) : IClassFixture<DamageTests.Whole>, IDisposable
{
    readonly CairnHome _home = whole.Copy();

    string Source => whole.Home.Source;
    List<string> Ids => whole.Ids;

    public void Dispose() => _home.Dispose();

    [Fact]
    public void A_flipped_bit_in_a_data_pack_costs_the_file_that_lies_there_and_no_other()
    {
        // Packs of 300 kB of noise; the one of the second run has nothing but the second file.
        var pack = PackOfSecondFile();
        Flip(pack, 150_000);
        var check = _home.Run("check", "--read-data").RequireExit(13);
        Assert.Contains(NameOf(pack), check.Errors, StringComparison.Ordinal);
        foreach (var id in Ids[1..])
            Assert.Contains(
                $"snapshot {id}: {Source}/file 1", check.Errors, StringComparison.Ordinal);
        Assert.Equal(2, check.Errors.Split("not whole any more").Length - 1);

        var target = Path.Combine(_home.Folder, "restored");
        var restore = _home.Run("restore", $"{Ids[2]}:{Source}", "--target", target).RequireExit(13);
        Assert.Contains("file 1", restore.Errors, StringComparison.Ordinal);
        Assert.Equal([">f+++++++++ file 1"], FilesOf(Rsync.Differences(Source, target)));
        _home.Run("restore", $"{Ids[0]}:{Source}", "--target", Path.Combine(_home.Folder, "first"))
            .RequireExit(0);
    }

    [Theory]
    [InlineData("cairn.json", "delete", 13)]
    [InlineData("keys", "flip", 13)]
    [InlineData("hosts", "delete", 13)]
    [InlineData("packs", "delete", 13)]
    [InlineData("packs", "extend", 13)]
    [InlineData("index", "delete", 3)]
    [InlineData("ledgers", "older", 13)]
    [InlineData("ledgers", "delete", 13)]
    [InlineData("snapshots", "flip", 13)]
    [InlineData("snapshots", "older", 13)]
    [InlineData("snapshots", "delete", 13)]
    public void Whatever_is_damaged_ends_a_check_with_the_documented_code(string folder, string damage, int code)
    {
        var path = Path.Combine(_home.Repository, Newest(folder));
        switch (damage)
        {
            case "flip":
                Flip(path, 100);
                break;
            case "truncate":
                Write(path, File.ReadAllBytes(path)[..^1]);
                break;
            case "extend":
                Write(path, [.. File.ReadAllBytes(path), 0]);
                break;
            case "older":
                Write(path, File.ReadAllBytes(Files(folder).SkipLast(1).Last()));
                break;
            default:
                File.Delete(path);
                break;
        }
        _home.Run("check", "--read-data").RequireExit(code);
    }

    [Fact]
    public void The_newest_snapshot_is_missed_only_by_who_remembers_it()
    {
        File.Delete(Path.Combine(_home.Repository, Newest("snapshots")));
        Assert.Contains(Ids[2], _home.Run("check").RequireExit(13).Errors, StringComparison.Ordinal);
        Directory.Delete(Path.Combine(_home.Folder, "STATE"), recursive: true);
        _home.Run("check", "--read-data").RequireExit(0);
    }

    string PackOfSecondFile()
    {
        var packs = Files("packs").Where(path => new FileInfo(path).Length > 290_000)
            .OrderBy(File.GetLastWriteTimeUtc).ToList();
        Assert.Equal(3, packs.Count);
        return packs[1];
    }

    string Newest(string folder) => NameOf(Files(folder).Last());

    /// <summary>In the order of their ULIDs; the descriptor by itself.</summary>
    List<string> Files(string folder)
    {
        var path = Path.Combine(_home.Repository, folder);
        return File.Exists(path) ? [path]
            : [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    string NameOf(string path) => Path.GetRelativePath(_home.Repository, path);

    static void Flip(string path, int position)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[position] ^= 1;
        Write(path, bytes);
    }

    // As a bad disk does it: the file itself need not be writable.
    static void Write(string path, byte[] bytes)
    {
        Programs.Run("chmod", "u+w", path);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Without the directory itself, whose time may differ where a file is not there.</summary>
    static IEnumerable<string> FilesOf(string differences) => differences.Split('\n')
        .Where(line => line.Length > 0 && !line.StartsWith(".d", StringComparison.Ordinal));

    /// <summary>A repository of three snapshots with the local state of its host, to be copied and damaged.</summary>
    public sealed class Whole : IDisposable
    {
        public Whole()
        {
            Home.Init();
            for (var i = 0; i < 3; i++)
            {
                Noise.WriteFile(Path.Combine(Home.Source, $"file {i}"), seed: i, 300_000);
                Home.Run("backup", Home.Source).RequireExit(0);
                var snapshots = Directory.EnumerateFiles(
                    Path.Combine(Home.Repository, "snapshots"), "*", SearchOption.AllDirectories);
                Ids.Add(snapshots.Order(StringComparer.Ordinal).Last().Split('-')[^1][..8]);
            }
        }

        internal CairnHome Home { get; } = new();
        internal List<string> Ids { get; } = [];

        public void Dispose() => Home.Dispose();

        internal CairnHome Copy()
        {
            var copy = new CairnHome();
            Programs.Run("cp", "-a", $"{Home.Folder}/.", copy.Folder);
            return copy;
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd;

/// <summary>
/// Repositories that versions of the program made, kept in tests/kept for ever: every later version reads them, and
/// goes on writing to them. How they are made says tests/kept/make.
/// </summary>
public class KeptRepositoryTests
{
    static readonly string Root = Path.Combine(Decoder.Folder, "kept");

    public static TheoryData<string> Versions() =>
    [
        .. Directory.EnumerateDirectories(Root).Where(path => Directory.Exists(Path.Combine(path, "expected")))
            .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_kept_repository_is_opened_listed_checked_and_restored(string version)
    {
        using var home = new CairnHome();
        var kept = Open(home, version);
        home.Run("check", "--read-data").RequireExit(0);
        home.Run("snapshots", "--recovery-key-file", Path.Combine(kept, "recovery-key")).RequireExit(0);
        Assert.Equal(Ids(kept).Values.Order(), SnapshotsOf(home).Order());
        foreach (var (file, id) in Ids(kept))
        {
            var target = Path.Combine(home.Folder, "restored");
            home.Run("restore", PathOf(kept, file, id), "--target", target).RequireExit(IsRoot ? 0 : 3);
            AssertExpected(file, target, target);
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_host_of_a_kept_repository_backs_up_with_its_old_credential(string version)
    {
        using var home = new CairnHome();
        var kept = Open(home, version);
        using var credential = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(kept, "credential.json")));
        var folder = Directory.CreateDirectory(
            Path.Combine(home.Folder, "CONFIG", "cairn", "credentials")).FullName;
        var file = Path.Combine(folder, $"{credential.RootElement.GetProperty("repository").GetString()}.json");
        File.Copy(Path.Combine(kept, "credential.json"), file);
        Programs.Run("chmod", "0600", file);
        File.WriteAllText(Path.Combine(home.Source, "new"), "written by a later version");
        home.Run("backup", home.Source).RequireExit(0);
        home.Run("check", "--read-data").RequireExit(0);
        Assert.Equal(Ids(kept).Count + 1, SnapshotsOf(home).Count);
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
    }

    [Fact]
    public void The_independent_reader_verifies_what_no_command_makes()
    {
        foreach (var kept in Directory.EnumerateDirectories(Root, "*-parts"))
            Assert.StartsWith(
                "all is well",
                Decoder.Run(Path.Combine(kept, "repository"), Path.Combine(kept, "recovery-key"), "verify"),
                StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void The_independent_reader_verifies_and_extracts_a_kept_repository(string version)
    {
        using var home = new CairnHome();
        var kept = Open(home, version);
        var key = Decoder.KeyAlone(Path.Combine(kept, "recovery-key"), home.Folder);
        Decoder.Run(home.Repository, key, "verify");
        Assert.Equal(Ids(kept).Count, Decoder.Run(home.Repository, key, "list").Trim().Split('\n').Length);
        foreach (var (file, id) in Ids(kept))
        {
            var target = Path.Combine(home.Folder, "extracted");
            Decoder.Run(home.Repository, key, "extract", id, target);
            AssertExpected(
                file, target + (Path.GetExtension(file) == ".stream" ? "/.streams" : SourceOf(kept)), target);
        }
    }

    static bool IsRoot => Environment.UserName == "root";

    /// <summary>A copy, so that nothing ever changes the kept one.</summary>
    static string Open(CairnHome home, string version)
    {
        var kept = Path.Combine(Root, version);
        Programs.Run("cp", "-r", Path.Combine(kept, "repository"), home.Repository);
        Assert.Equal(CairnHome.Passphrase, File.ReadAllText(Path.Combine(kept, "passphrase")).TrimEnd());
        return kept;
    }

    /// <summary>The files that say what a snapshot holds, and the snapshot's id.</summary>
    static Dictionary<string, string> Ids(string kept) =>
        Directory.EnumerateFiles(Path.Combine(kept, "expected")).Where(file => Path.GetExtension(file) != ".id")
            .ToDictionary(file => file, file => File.ReadAllText(Path.ChangeExtension(file, ".id")).Trim());

    static List<string> SnapshotsOf(CairnHome home) =>
    [
        .. home.Run("snapshots", "--json").RequireExit(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(element => element.GetProperty("type").GetString() == "snapshot")
            .Select(element => element.GetProperty("id").GetString()!),
    ];

    static string SourceOf(string kept) => File.ReadAllText(Path.Combine(kept, "source")).Trim();

    static string PathOf(string kept, string file, string id) => Path.GetFileName(file) switch
    {
        "file.tree" => $"{id}:{SourceOf(kept)}/text",
        var name when Path.GetExtension(name) == ".stream" => $"{id}:{Path.GetFileNameWithoutExtension(name)}",
        _ => $"{id}:{SourceOf(kept)}",
    };

    /// <summary>Compares, and takes away what was restored.</summary>
    static void AssertExpected(string file, string folder, string restored)
    {
        try
        {
            AssertExpected(file, folder);
        }
        finally
        {
            // Names that are no UTF-8 are beyond .NET.
            Programs.Run("rm", "-rf", restored);
        }
    }

    static void AssertExpected(string file, string folder)
    {
        var expected = File.ReadAllText(file, Encoding.Latin1);
        if (Path.GetExtension(file) == ".stream")
        {
            var stream = File.ReadAllBytes(Path.Combine(folder, Path.GetFileNameWithoutExtension(file)));
            Assert.Equal(expected.Trim(), Convert.ToHexStringLower(SHA256.HashData(stream)));
            return;
        }
        Assert.Equal(Comparable(expected), Comparable(Programs.Run(Path.Combine(Root, "list"), folder)));
    }

    // Only root can make devices.
    static string Comparable(string listing) => IsRoot ? listing
        : string.Join('\n', listing.Split('\n').Where(line => line is not ['b' or 'c', ' ', ..]));
}

using System.CommandLine;
using Cairn.App.Text;

namespace Cairn.Cli.Commands;

/// <summary>Options and arguments that several verbs share.</summary>
static class CommonOptions
{
    public static Option<string?> RecoveryFile() => new("--recovery-file")
    {
        Description = "Write the recovery key to this new file, for its owner only", HelpName = "FILE",
    };

    public static Option<string?> Prices() => new("--prices")
    {
        Description = "JSON file with the store's prices; none reckons with no money", HelpName = "FILE",
    };

    public static Option<string?> DataClass() => new("--data-class")
    {
        Description = "Storage class of data packs (GLACIER, DEEP_ARCHIVE, ...); all else stays in the usual one",
        HelpName = "CLASS",
    };

    public static Option<string?> Spool(string description) => new("--spool")
    {
        Description = description, HelpName = "DIR",
    };

    public static Option<string?> Host() => new("--host")
    {
        Description = "The machine whose snapshots are meant (this one)", HelpName = "NAME",
    };

    public static Option<string[]> Tags(string description) => new("--tag")
    {
        Description = description, HelpName = "TAG", DefaultValueFactory = _ => [],
    };

    public static Option<bool> DryRun(string description) => new("--dry-run", "-n") { Description = description };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask whether to go on" };

    public static Option<string?> Trust() => new("--trust")
    {
        Description = "Deduplicate against what these stored: enrolled (the default), own, or hosts by name",
        HelpName = "own|enrolled|HOST,…",
    };

    public static Option<bool> OneFileSystem() => new("--one-file-system", "-x")
    {
        Description = "Do not enter other file systems",
    };

    public static Option<bool> FollowLinks() => new("--follow-symlinks")
    {
        Description = "Take symbolic links for what they lead to; those that lead nowhere or in circles stay links",
    };

    public static Argument<string> Snapshot(string name = "SNAPSHOT[:PATH]") => new(name)
    {
        Description = "\"latest\", an id or at least 4 digits of one, or @TIME (@2026-01-31, @3D ago)",
    };

    public static ReadOnlyMemory<byte> ToBytes(string text) => ByteText.ToBytes(text);

    public static ReadOnlyMemory<byte>[] ToBytes(IEnumerable<string>? texts) =>
        [.. (texts ?? []).Select(text => (ReadOnlyMemory<byte>)ByteText.ToBytes(text))];
}

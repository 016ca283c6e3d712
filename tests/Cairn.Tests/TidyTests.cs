using System.Text.RegularExpressions;
using Cairn.Engine.Storage;

namespace Cairn.Tests;

/// <summary>
/// Keeps the house in order: which part may know which, how large things may grow, what must not be written. A rule
/// that turns out wrong is changed here, in the open.
/// </summary>
public partial class TidyTests
{
    /// <summary>
    /// For each folder of the engine the folders whose types it may use, besides its own and Primitives. What is not
    /// listed on the right is forbidden; a new folder needs a line.
    /// </summary>
    static readonly Dictionary<string, string[]> EngineLayers = new()
    {
        ["Primitives"] = [],
        ["Interop"] = [],
        ["Entries"] = [],
        ["Storage"] = [],
        ["State"] = [],
        ["Sources"] = ["Entries"],
        ["Crypto"] = ["Interop"],
        ["Chunking"] = ["Crypto", "Interop"],
        ["Compression"] = ["Interop"],
        // The codecs turn plain records of other folders into bytes and back, and know nothing else of them.
        ["Formats"] = ["Entries", "Packs", "Storage"],
        // The descriptor says how stores are to lock.
        ["Envelopes"] = ["Formats", "Crypto", "Chunking", "Storage"],
        ["Packs"] = [.. Level1, "Envelopes"],
        ["Indexing"] = [.. Level1, "Packs"],
        ["Manifests"] = Level2,
        ["Repositories"] = [.. Level2, "Manifests"],
        ["Snapshots"] = [.. Level2, "Repositories", "Manifests"],
        ["Operations"] = [.. Level2, "Repositories", "Manifests", "Snapshots"],
    };

    static string[] Level1 =>
        ["Entries", "Formats", "Chunking", "Crypto", "Compression", "Storage", "State", "Sources", "Interop"];

    static string[] Level2 => [.. Level1, "Envelopes", "Packs", "Indexing"];

    /// <summary>References between projects, as in the design.</summary>
    static readonly Dictionary<string, string[]> ProjectArrows = new()
    {
        ["Cairn.Engine"] = [],
        ["Cairn.Storage"] = ["Cairn.Engine"],
        ["Cairn.Files"] = ["Cairn.Engine"],
        ["Cairn.App"] = ["Cairn.Storage", "Cairn.Files"],
        ["Cairn.Web"] = ["Cairn.App"],
        ["Cairn.Cli"] = ["Cairn.App", "Cairn.Web"],
    };

    [Fact]
    public void Folders_of_the_engine_use_only_folders_below_them()
    {
        var offences = new List<string>();
        foreach (var file in SourceFile.All("src/Cairn.Engine"))
        {
            var folder = file.Path.Split('/')[2];
            if (!EngineLayers.TryGetValue(folder, out var allowed))
            {
                offences.Add($"{file.Path}: the folder {folder} has no line in the table of layers");
                continue;
            }
            foreach (var (number, line) in file.CodeLines)
                foreach (Match match in EngineNamespace().Matches(line))
                    if (match.Groups[1].Value is var used
                        && used != folder && used != "Primitives" && !allowed.Contains(used))
                        offences.Add($"{file.Path}:{number}: {folder} must not use {used}");
        }
        AssertNone(offences);
    }

    [Fact]
    public void Namespaces_are_folders()
    {
        var offences =
            from file in SourceFile.All("src")
            where file.Path.Contains('/')
            let expected = "namespace " + string.Join('.', file.Path.Split('/')[1..^1]) + ";"
            where file.Lines.Any(line => line.StartsWith("namespace ")) && !file.Lines.Contains(expected)
            select $"{file.Path}: expected \"{expected}\"";
        AssertNone(offences);
    }

    // Run while the program is published; nothing calls it.
    const string BuildStep = "Cairn.Ahead";

    [Fact]
    public void Projects_refer_only_downwards()
    {
        var offences = new List<string>();
        var sources = Path.Combine(SourceFile.Root, "src");
        foreach (var path in Directory.GetFiles(sources, "*.csproj", SearchOption.AllDirectories))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var allowed = ProjectArrows.GetValueOrDefault(name);
            if (allowed is null)
                offences.Add($"{name} has no line in the table of projects");
            foreach (Match match in ProjectReference().Matches(File.ReadAllText(path)))
                if (match.Groups[1].Value != BuildStep && allowed?.Contains(match.Groups[1].Value) == false)
                    offences.Add($"{name} must not refer to {match.Groups[1].Value}");
        }
        AssertNone(offences);
    }

    [Fact]
    public void The_narrow_waist_has_at_most_eight_members()
    {
        var members =
            from type in typeof(IObjectStore).GetInterfaces().Append(typeof(IObjectStore))
            from member in type.GetMembers()
            where member is not System.Reflection.MethodInfo { IsSpecialName: true }
            select member.Name;
        Assert.InRange(members.Count(), 1, 8);
    }

    [GeneratedRegex(@"\bCairn\.Engine\.([A-Z]\w+)")]
    private static partial Regex EngineNamespace();

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*/([\w.]+)\.csproj""")]
    private static partial Regex ProjectReference();

    static void AssertNone(IEnumerable<string> offences)
    {
        var list = offences.ToList();
        Assert.True(list.Count == 0, string.Join('\n', list.Prepend($"{list.Count} offences:")));
    }
}

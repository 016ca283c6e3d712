namespace Cairn.Tests.Operations.FailNth;

/// <summary>What a restore made in a real folder, against what was backed up last.</summary>
static class NthTarget
{
    public static void AssertWhole(NthRun run)
    {
        var tree = run.World.Snapshots[^1].Tree;
        Assert.Equal(tree.Keys.Order(StringComparer.Ordinal), NamesIn(run.Folder).Order(StringComparer.Ordinal));
        foreach (var (name, content) in tree)
            if (content is not null)
                Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(run.Folder, name))), name);
    }

    /// <summary>
    /// Nothing is there under a wrong name or with a wrong content (INV-3). A process that was killed may leave the one
    /// file that it was writing, under its temporary name: the next restore takes it away. A path that could not be
    /// written costs itself, what lies in it, and further names of it.
    /// </summary>
    public static void AssertNothingWrong(NthRun run, NthCall call, NthFailure failure)
    {
        var tree = run.World.Snapshots[^1].Tree;
        List<string> names = Directory.Exists(run.Folder) ? [.. NamesIn(run.Folder)] : [];
        var remains = names.RemoveAll(
            name => Path.GetFileName(name).StartsWith(".cairn-restore-", StringComparison.Ordinal));
        Assert.InRange(remains, 0, failure.Kind == NthKind.Crash ? 1 : 0);
        Assert.All(names, name => Assert.True(tree.ContainsKey(name), $"{name} was never backed up"));
        var torn = names.Where(name => tree[name] is { } content
            && !content.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(run.Folder, name))));
        Assert.Empty(torn);
        if (failure == NthFailure.TargetRefused)
            Assert.All(tree.Keys.Except(names), name => Assert.True(
                name == call.Name || name.StartsWith($"{call.Name}/", StringComparison.Ordinal)
                || name is PowerCutWorld.FirstName or PowerCutWorld.SecondName, $"{name} is missing"));
    }

    static IEnumerable<string> NamesIn(string folder) =>
        Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path));
}

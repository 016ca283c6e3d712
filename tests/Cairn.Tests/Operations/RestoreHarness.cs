using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations;

/// <summary>Restores into memory and compares with the tree that was backed up.</summary>
static class RestoreHarness
{
    public static async Task<(RestoreResult Result, MemoryTarget Target)> RestoreAsync(
        TestRepository test, SnapshotInfo snapshot, string path = "", MemoryTarget? target = null,
        IObjectStore? store = null, bool isDryRun = false, RestoreLimits? limits = null)
    {
        using var repository = await test.OpenForReadingAsync(store ?? test.Store);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        target ??= new MemoryTarget();
        var options = new RestoreOptions
        {
            Path = Encoding.Latin1.GetBytes(path), Workers = 2, IsDryRun = isDryRun,
            Limits = limits ?? RestoreLimits.Default,
        };
        var result = await RestoreOperation.RunAsync(session, snapshot, target, options, new RestoreMonitor(), default);
        Assert.Equal(0, target.OpenFiles);
        return (result, target);
    }

    /// <summary>Every byte and every entry is there, and nothing else.</summary>
    public static void AssertWhole(TestTree tree, MemoryTarget target, string below = "")
    {
        var expected = tree.Nodes.Where(node => node.Path.StartsWith(below, StringComparison.Ordinal))
            .ToDictionary(node => node.Path[below.Length..]);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), target.Nodes.Keys.Order(StringComparer.Ordinal));
        foreach (var (path, node) in expected)
            AssertSame(node, target.Nodes[path], path);
    }

    /// <summary>What is there is right (INV-3); what is not there was reported (INV-6), and it was needed.</summary>
    public static int AssertNothingWrong(TestTree tree, MemoryTarget target, RestoreResult result)
    {
        var expected = tree.Nodes.ToDictionary(node => node.Path);
        var failed = result.Failures.Select(failure => Encoding.Latin1.GetString(failure.Path.Span)).ToHashSet();
        foreach (var (path, node) in target.Nodes)
        {
            // A directory whose own entry was lost is made without its metadata.
            if (node.Entry.Kind != EntryKind.Directory || node.IsFinished)
                AssertSame(expected[path], node, path);
        }
        var missing = expected.Keys.Except(target.Nodes.Keys).ToList();
        Assert.True(missing.Count == 0 || result.FailureCount > 0);
        return missing.Count;
    }

    static void AssertSame(TestNode expected, RestoredNode actual, string path)
    {
        Assert.Equal(expected.Entry.Kind, actual.Entry.Kind);
        Assert.Equal(expected.Content, actual.Content);
        Assert.Equal(expected.Entry.Mode, actual.Entry.Mode);
        Assert.Equal(expected.Entry.Modified, actual.Entry.Modified);
        Assert.True(expected.Entry.LinkTarget.Span.SequenceEqual(actual.Entry.LinkTarget.Span), path);
        Assert.Equal(expected.Entry.Kind == EntryKind.Directory, actual.IsFinished);
    }
}

using Cairn.Engine.Chunking;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing.State;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Copy;

/// <summary>Two repositories with nothing in common, each with a machine that backs up to it.</summary>
sealed class CopyWorld(BackupWorld source, BackupWorld target) : IAsyncDisposable
{
    public BackupWorld Source { get; } = source;
    public BackupWorld Target { get; } = target;

    public static CopyOptions Options { get; } = new() { Program = "tests", Workers = 2 };

    public static async Task<CopyWorld> CreateAsync(ChunkerParameters? targetChunking = null) => new(
        await BackupWorld.CreateAsync(seed: 1), await BackupWorld.CreateAsync(seed: 2, targetChunking));

    /// <summary>Some files, then the same with changes: two snapshots.</summary>
    public async Task<SortedDictionary<string, Expected>[]> BackupTwiceAsync()
    {
        Source.AddSomeFiles(files: 6, bytes: 120_000);
        Source.Source.File("sparse", new byte[70_000]).IsSparse = true;
        Source.Wait();
        var first = Source.Capture();
        await Source.BackupAsync();
        Source.Source.File("new", Source.Random.Bytes(50_000));
        Source.Source.File("dir1/file1", [.. Source.Source.Nodes["dir1/file1"].Content, .. Source.Random.Bytes(9)]);
        Source.Wait();
        var second = Source.Capture();
        await Source.BackupAsync();
        return [first, second];
    }

    public async Task<CopyResult> CopyAsync(
        CopyOptions? options = null, IObjectStore? store = null, IObjectStore? sourceStore = null,
        Func<SnapshotInfo, bool>? filter = null)
    {
        var (before, beforeSource) =
            (Target.Environment.Buffers.Outstanding, Source.Test.Environment.Buffers.Outstanding);
        var result = await CopyAsync(
            Source, Target, options ?? Options, store ?? Target.Test.Store, sourceStore, filter);
        Assert.Equal(before, Target.Environment.Buffers.Outstanding);
        Assert.Equal(beforeSource, Source.Test.Environment.Buffers.Outstanding);
        return result;
    }

    public static async Task<CopyResult> CopyAsync(
        BackupWorld source, BackupWorld target, CopyOptions? options = null, IObjectStore? store = null,
        IObjectStore? sourceStore = null, Func<SnapshotInfo, bool>? filter = null)
    {
        using var from = await source.Test.OpenForReadingAsync(sourceStore ?? source.Test.Store);
        using var session = await ReadSession.OpenAsync(from, new MemoryStateFolder(), default);
        var listing = await SnapshotCatalog.ListAsync(from, default);
        using var to = await RepositoryOpener.OpenWithCredentialAsync(
            store ?? target.Test.Store, target.Test.Init.Credential, target.Environment, default);
        return await CopyOperation.RunAsync(
            session, [.. listing.Snapshots.Where(filter ?? (_ => true))], to, target.State, options ?? Options,
            new CopyMonitor(), default);
    }

    public static async Task<IReadOnlyList<SnapshotInfo>> SnapshotsAsync(BackupWorld world)
    {
        using var repository = await world.Test.OpenForReadingAsync();
        var listing = await SnapshotCatalog.ListAsync(repository, default);
        Assert.Empty(listing.Problems);
        return listing.Snapshots;
    }

    /// <summary>All that was found wrong, reading every pack.</summary>
    public static async Task<IReadOnlyList<CheckFinding>> CheckAsync(BackupWorld world)
    {
        using var repository = await world.Test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        var options = new CheckOptions { ReadDataPercent = 100, Workers = 2 };
        var result = await CheckOperation.RunAsync(session, options, new CheckMonitor(), default);
        return [.. result.Findings.Where(finding => finding.Severity != CheckSeverity.Note)];
    }

    /// <summary>The target holds these trees and no damage.</summary>
    public async Task AssertCopiedAsync(params SortedDictionary<string, Expected>[] trees)
    {
        var copies = await SnapshotsAsync(Target);
        Assert.Equal(trees.Length, copies.Count);
        foreach (var (copy, tree) in copies.Zip(trees))
            await Target.AssertRestoresAsync(copy.Name, tree);
        Assert.Empty(await CheckAsync(Target));
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Target.DisposeAsync();
    }
}

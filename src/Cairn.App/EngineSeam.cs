// Stand-ins for operations of the engine that are not merged yet: this file goes when they come, nothing else changes.
#pragma warning disable CS9113
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Engine.State;

namespace Cairn.Engine.Repositories.Reading
{
    public sealed class ReadSession : IDisposable
    {
        public static Task<ReadSession> OpenAsync(Repository repository, IStateFolder state, CancellationToken ct) =>
            throw new NotSupportedException("reading is not merged yet");
        public void Dispose() { }
    }
}

namespace Cairn.Engine.Snapshots
{
    public sealed record SnapshotListing(IReadOnlyList<SnapshotInfo> Snapshots, IReadOnlyList<string> Problems);

    public static class SnapshotCatalog
    {
        public static Task<SnapshotListing> ListAsync(Repository repository, CancellationToken ct) =>
            throw new NotSupportedException("reading is not merged yet");
    }

    public sealed class PathNotFoundException(string message) : Exception(message);
}

namespace Cairn.Engine.Operations.Backup
{
    public static class BackupOperation
    {
        public static Task<BackupResult> RunAsync(
            Repository repository, IStateFolder state, BackupInput input, BackupOptions options, BackupMonitor monitor,
            CancellationToken ct) => throw new NotSupportedException("backing up is not merged yet");
    }
}

namespace Cairn.Engine.Operations.Restore
{
    public sealed class RestoreMonitor(TimeProvider time) : IProgressSource
    {
        public ProgressSample Sample() => default;
    }

    public static class RestoreOperation
    {
        public static Task<RestoreResult> RunAsync(
            ReadSession session, SnapshotInfo snapshot, IRestoreTarget target, RestoreOptions options,
            RestoreMonitor monitor, CancellationToken ct) => throw new NotSupportedException("not merged yet");
    }
}

namespace Cairn.Engine.Operations.Dump
{
    public static class DumpOperation
    {
        public static Task RunAsync(
            ReadSession session, SnapshotInfo snapshot, ReadOnlyMemory<byte> path, Stream output, CancellationToken ct) =>
            throw new NotSupportedException("not merged yet");
    }
}

namespace Cairn.Engine.Operations.Listing
{
    public sealed record ListedEntry(ReadOnlyMemory<byte> Path, Entry Entry);

    public static class ListOperation
    {
        public static IAsyncEnumerable<ListedEntry> RunAsync(
            ReadSession session, SnapshotInfo snapshot, ReadOnlyMemory<byte> path, bool isRecursive,
            CancellationToken ct) => throw new NotSupportedException("not merged yet");
    }
}

namespace Cairn.Engine.Operations.Check
{
    public sealed class CheckMonitor(TimeProvider time) : IProgressSource
    {
        public ProgressSample Sample() => default;
    }

    public static class CheckOperation
    {
        public static Task<CheckResult> RunAsync(
            ReadSession session, CheckOptions options, CheckMonitor monitor, CancellationToken ct) =>
            throw new NotSupportedException("not merged yet");
    }
}

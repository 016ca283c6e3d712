using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Sources;
using Cairn.Files;
using Cairn.Files.Walking;

namespace Cairn.App.Backup;

/// <summary>
/// Walks the source once beside the backup, only to say how much there is. Its own problems are nobody's: the backup
/// will meet and report them.
/// </summary>
sealed class CountAhead : IDisposable
{
    readonly CancellationTokenSource _stop;
    readonly Task _walk;

    public CountAhead(FileTreeOptions source, BackupMonitor monitor, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _walk = Task.Run(() => Walk(source, monitor), CancellationToken.None);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _walk.Wait();
        _stop.Dispose();
    }

    void Walk(FileTreeOptions source, BackupMonitor monitor)
    {
        var (files, bytes) = (0L, 0L);
        try
        {
            foreach (var batch in FileTrees.Source(source).Walk(new Unheard(), _stop.Token))
            {
                using var taken = batch;
                foreach (var entry in batch.Entries.Where(entry => entry.Kind == EntryKind.File))
                {
                    files++;
                    bytes += entry.Size;
                }
            }
            monitor.Expect(files, bytes);
        }
        catch (Exception e) when (e is OperationCanceledException or SourceMissingException)
        {
            // Then there is no total, and no need for one.
        }
    }

    sealed class Unheard : ISourceProblems
    {
        public void Report(SourceProblem problem) { }
    }
}

using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Cairn.Engine.Sources;

namespace Cairn.Files.Walking;

/// <summary>
/// Walks on a thread of its own, a bounded way ahead of who takes the batches: half of an unchanged backup's time is
/// the kernel's, for the look at each name and for its attributes, which are read by the other. Batches go over in
/// moves of several, since waking a thread costs as much as looking at a small directory.
/// </summary>
sealed class WalkAhead : IDisposable
{
    // Each batch holds a descriptor: with those waiting, 96 at most.
    const int BatchesMax = 16;
    const int EntriesMax = 512;
    const int MovesWaiting = 4;

    readonly CancellationTokenSource _stop;
    readonly BlockingCollection<List<FileBatch>> _moves = new(MovesWaiting);
    readonly Thread _thread;
    ExceptionDispatchInfo? _failure;
    List<FileBatch> _taken = [];
    int _next;

    public WalkAhead(
        SourceNode root, FileTreeOptions options, ISourceProblems sink, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _thread = new Thread(() => Run(root, options, sink)) { Name = "walk", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The next batch, whose attributes are still to be read, or null at the end.</summary>
    public FileBatch? Next()
    {
        if (_next == _taken.Count)
        {
            if (!_moves.TryTake(out var move, Timeout.Infinite, _stop.Token))
            {
                _failure?.Throw();
                return null;
            }
            (_taken, _next) = (move, 0);
        }
        return _taken[_next++];
    }

    void Run(SourceNode root, FileTreeOptions options, ISourceProblems sink)
    {
        var move = new List<FileBatch>();
        try
        {
            using var walker = new TreeWalker(root, options, sink);
            // Few at first: nobody shall wait for sixteen directories of a slow disk before anything is done.
            var batchesMax = 1;
            var entries = 0;
            while (walker.Next(_stop.Token) is { } batch)
            {
                move.Add(batch);
                entries += batch.Entries.Count;
                if (move.Count < batchesMax && entries < EntriesMax)
                    continue;
                _moves.Add(move, _stop.Token);
                move = [];
                entries = 0;
                batchesMax = Math.Min(BatchesMax, batchesMax * 2);
            }
            if (move.Count > 0)
                _moves.Add(move, _stop.Token);
        }
        catch (Exception e) when (Keep(e))
        {
            move.ForEach(batch => batch.Dispose());
        }
        finally
        {
            _moves.CompleteAdding();
        }
    }

    bool Keep(Exception e)
    {
        _failure = ExceptionDispatchInfo.Capture(e);
        return true;
    }

    /// <summary>Ends the walk and lets go what nobody took.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        foreach (var batch in _taken.Skip(_next).Concat(_moves.SelectMany(move => move)))
            batch.Dispose();
        _moves.Dispose();
        _stop.Dispose();
    }
}

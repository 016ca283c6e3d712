using Cairn.App.Jobs;
using Cairn.Engine.Operations.Backup;

namespace Cairn.App.Backup;

/// <summary>The streams of one backup: standard input, a command's output, or those of a job's snapshotters.</summary>
sealed class BackupStreams : IDisposable
{
    readonly List<IStreamSource> _all = [];

    public IReadOnlyList<IStreamSource> All => _all;

    public static BackupStreams Open(BackupRequest request, CancellationToken cancellationToken)
    {
        var streams = new BackupStreams();
        if (request.Command is { } command)
            streams._all.Add(ProgramStream.Start(request.Name!, command));
        else if (request.StandardInputName is { } name)
            streams._all.Add(
                ProgramStream.From(name, request.Input ?? throw new UsageException("there is no standard input")));
        else if (request.Job is { } job)
            streams._all.AddRange(ExecutableFinder.Find(job.Snapshotters).Select(
                program => new Snapshotter(job, program, cancellationToken)));
        if (streams._all.GroupBy(stream => stream.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UsageException(
                $"two snapshotters are called {twice.Key}, and so would be their streams", "rename one of them");
        foreach (var stream in streams._all)
            SourceNaming.RequireStreamName(stream.Name);
        return streams;
    }

    public void Dispose()
    {
        foreach (var stream in _all.OfType<IDisposable>())
            stream.Dispose();
    }
}

using Cairn.App.Access;
using Cairn.App.Hosts;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Push;
using Cairn.Engine.Storage;
using Cairn.Storage.State;

namespace Cairn.App.Spooling;

public sealed record PushRequest
{
    /// <summary>With the spool.</summary>
    public required AccessOptions Access { get; init; }

    /// <summary>Go on for ever: send whatever comes.</summary>
    public bool Watches { get; init; }

    /// <summary>Give up what cannot be committed any more.</summary>
    public bool Discards { get; init; }

    /// <summary>Whose packs may take the place of what is gone; null for what the configuration says.</summary>
    public TrustSetting? Trust { get; init; }
}

/// <summary>Sends what backups have left in a spool, and commits it.</summary>
public static class PushUseCase
{
    static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(30);

    /// <summary>So often a watch looks at the repository even if nothing comes.</summary>
    static readonly TimeSpan RefreshInterval = TimeSpan.FromHours(1);

    /// <param name="done">Called after each round that did something, and after the last one.</param>
    public static async Task RunAsync(
        AppEnvironment environment, PushRequest request, Action<PushResult> done, CancellationToken cancellationToken)
    {
        await using var folder = new SpoolFolder(environment, request.Access.Spool!);
        folder.Read();
        using var held = folder.TakeForPush();
        var push = new SpoolPusher(environment, request, folder);
        if (request.Watches)
            await WatchAsync(environment, folder, push, done, cancellationToken);
        else
            await OnceAsync(folder, push, done, cancellationToken);
    }

    static async Task OnceAsync(
        SpoolFolder folder, SpoolPusher push, Action<PushResult> done, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await push.RunAsync(cancellationToken);
            // As long as a backup waits for room it is not done.
            var goesOn = result.PacksFreed > 0 && folder.IsBlocked();
            if (!goesOn || result.Sessions.Count > 0)
                done(result);
            if (!goesOn)
                return;
        }
    }

    static async Task WatchAsync(
        AppEnvironment environment, SpoolFolder folder, SpoolPusher push, Action<PushResult> done,
        CancellationToken cancellationToken)
    {
        environment.Events.Notice($"watching the spool {folder.Path}");
        IReadOnlyList<string> seen = [];
        long? last = null;
        while (true)
        {
            var sessions = await folder.ListSessionsAsync(cancellationToken);
            if (last is { } time && sessions.All(seen.Contains) && !folder.IsBlocked()
                && environment.Time.GetElapsedTime(time) < RefreshInterval)
            {
                await Task.Delay(PollInterval, environment.Time, cancellationToken);
                continue;
            }
            try
            {
                var result = await push.RunAsync(cancellationToken);
                if (result.Sessions.Count > 0 || result.Notes.Count > 0)
                    done(result);
                seen = sessions;
                last = environment.Time.GetTimestamp();
            }
            // What else may pass is waited for inside of the store, for hours; then it is told, and tried again.
            catch (StoreException e) when (e.IsTransient || e.Kind == StoreErrorKind.Full)
            {
                environment.Events.Notice($"{e.Message}; what is spooled is kept, and pushed again later");
                await Task.Delay(FailurePause, environment.Time, cancellationToken);
            }
        }
    }
}

/// <summary>One round: opens the repository, pushes, and closes it.</summary>
sealed class SpoolPusher(AppEnvironment environment, PushRequest request, SpoolFolder folder)
{
    public async Task<PushResult> RunAsync(CancellationToken cancellationToken)
    {
        var record = folder.Read();
        var options = request.Access with
        {
            Spool = null, DataClass = request.Access.DataClass ?? record.DataClass,
        };
        var access = new RepositoryAccess(environment, options);
        if (!access.HasLocation)
            access = new RepositoryAccess(environment, options with { Repository = record.Location });
        await using var open = await access.OpenForBackupAsync(cancellationToken);
        folder.RequireOwner(record, open.Repository);
        // It has moved: backups may name it so from now on.
        if (record.Location != access.Location.Text)
            folder.Write(record with { Location = access.Location.Text });
        var monitor = new WorkMonitor("pushing");
        environment.Events.Watch(monitor);
        var state = new FileStateFolder(environment.Paths.StateOf(open.Repository.Id), environment.Time);
        var trust = request.Trust ?? access.Configuration.Trust;
        var result = await PushOperation.RunAsync(
            open.Repository, folder.Parts, state,
            new PushOptions
            {
                Trust = trust?.Resolve(open.Repository) ?? AuthorTrust.Enrolled, Discards = request.Discards,
                IsBlocked = folder.IsBlocked, TryHoldBackups = folder.TryHoldBackups,
            },
            monitor, cancellationToken);
        if (result.LocksLapse)
            environment.Events.Notice(
                "nobody has renewed the locks of this repository for long, and what these backups rely on may soon "
                + "lose its own: have \"cairn lease renew\" run every day");
        return result;
    }
}

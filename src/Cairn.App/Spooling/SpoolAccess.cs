using Cairn.App.Access;
using Cairn.Engine.Operations.Push;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.App.Spooling;

/// <summary>
/// Opens a repository for a backup into a spool. Only to make a spool does that need the repository; from then on all
/// that a backup reads is in the spool.
/// </summary>
static class SpoolAccess
{
    /// <param name="isDryRun">A spool that is not there is not made.</param>
    public static async Task<OpenRepository> OpenForBackupAsync(
        AppEnvironment environment, RepositoryAccess access, AccessOptions options, bool isDryRun,
        CancellationToken cancellationToken)
    {
        var folder = new SpoolFolder(environment, access.SpoolFolder!);
        IDisposable? held = null;
        try
        {
            if (isDryRun && folder.TryRead() is null)
            {
                await folder.DisposeAsync();
                return await access.OpenForBackupAsync(cancellationToken);
            }
            folder.Create();
            held = await folder.TakeForBackupAsync(cancellationToken);
            var record = folder.TryRead() ?? await CreateAsync(environment, access, folder, cancellationToken);
            if (record.Location != access.Location.Text)
                throw new UsageException(
                    $"the spool {folder.Path} is for the repository at {record.Location}, and this backup is to go to "
                    + access.Location.Text,
                    $"use a folder of its own with --spool; or if the repository has moved: cairn -r "
                    + $"{access.Location.Text} push --spool {folder.Path}");
            if (!isDryRun)
                await folder.RemoveLeftoversAsync(cancellationToken);
            var store = folder.OpenStore(options.SpoolSize);
            var repository = await OpenAsync(environment, access, store, cancellationToken);
            try
            {
                folder.RequireOwner(record, repository);
            }
            catch
            {
                repository.Dispose();
                throw;
            }
            if (record.DataClass != options.DataClass && !isDryRun)
                folder.Write(record with { DataClass = options.DataClass });
            return new OpenRepository(store, repository) { Spool = folder.Parts, Owned = [folder, new Holding(held)] };
        }
        catch
        {
            held?.Dispose();
            await folder.DisposeAsync();
            throw;
        }
    }

    static async Task<SpoolRecord> CreateAsync(
        AppEnvironment environment, RepositoryAccess access, SpoolFolder folder, CancellationToken cancellationToken)
    {
        environment.Events.Notice(
            $"{folder.Path} becomes a spool: it reads what it has to know of the repository, once");
        await using var open = await access.OpenForBackupAsync(cancellationToken);
        var host = open.Repository.RequireHost().Id;
        await new KnownMirror(open.Repository.Store, folder.Parts.Known).RefreshAsync(host, cancellationToken);
        var record = new SpoolRecord(
            SpoolRecord.Version, open.Repository.Id.ToString(), host.ToString(), access.Location.Text,
            DataClass: null);
        folder.Write(record);
        return record;
    }

    static async Task<Repository> OpenAsync(
        AppEnvironment environment, RepositoryAccess access, IObjectStore store, CancellationToken cancellationToken)
    {
        var descriptor = await RepositoryOpener.ReadDescriptorAsync(store, cancellationToken);
        using var credential = access.Credentials.TryRead(descriptor.Id) ?? throw new CredentialException(
            $"this machine has no credential for the repository of {store.Location} any more");
        return await RepositoryOpener.OpenWithCredentialAsync(
            store, credential, environment.Engine, cancellationToken);
    }

    sealed class Holding(IDisposable held) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            held.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

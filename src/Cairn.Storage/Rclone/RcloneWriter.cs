using Cairn.Engine.Storage;
using Cairn.Storage.Local;

namespace Cairn.Storage.Rclone;

/// <summary>
/// Stores objects under names that are free. Into an object store directly, for there an upload appears whole or not at
/// all; elsewhere under a temporary name, which is then renamed. Neither can be made to depend on the name still being
/// free, so it is looked at before: see <see cref="StoreCapabilities.DecidesRaces"/>.
/// </summary>
/// <param name="find">The size of an object; null if there is none.</param>
sealed class RcloneWriter(
    RcloneClient client, RcloneLocation location, string shown,
    Func<ObjectKey, CancellationToken, Task<long?>> find)
{
    /// <summary>
    /// A folder that no key can be in. Not the object's own: a server may break a listing off, without saying so, when
    /// a name in it vanishes.
    /// </summary>
    const string Aside = "~uploads";

    /// <summary>The name must have been looked at.</summary>
    public async Task<PutOutcome> PutAsync(
        RcloneRemote remote, ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content,
        CancellationToken cancellationToken)
    {
        var slash = key.Value.LastIndexOf('/');
        var folder = slash < 0 ? "" : key.Value[..slash];
        if (remote.Moves)
            return await PutAsideAsync(key, content, cancellationToken);
        if (!remote.IsBuckets)
            throw new StoreException(
                StoreErrorKind.Refused,
                $"{key} was not stored: in {shown} nothing can be renamed, so an upload that is cut off would leave "
                + "half an object under its name. Use another kind of remote", key);
        await client.UploadAsync(
            location.FileSystem, folder, key.Value[(slash + 1)..], content, cancellationToken);
        return PutOutcome.Stored;
    }

    async Task<PutOutcome> PutAsideAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken)
    {
        var temporary = TemporaryNames.In(Aside);
        try
        {
            await TwiceIfRacingAsync(() => client.UploadAsync(
                location.FileSystem, Aside, temporary[(Aside.Length + 1)..], content, cancellationToken));
            await TwiceIfRacingAsync(() => MoveAsync(temporary, key, cancellationToken));
        }
        catch (Exception e) when (e is RcloneException or HttpRequestException or IOException
            && !cancellationToken.IsCancellationRequested)
        {
            await TryRemoveAsync(temporary, cancellationToken);
            throw;
        }
        // What is still there was not moved.
        return await RemoveAsync(temporary, cancellationToken) ? PutOutcome.AlreadyThere : PutOutcome.Stored;
    }

    // Of two that make one folder at the same moment the later one fails; over SFTP with no more than "Failure".
    static async Task TwiceIfRacingAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RcloneException e) when (e.SaysAny("mkdir"))
        {
            await call();
        }
    }

    /// <summary>Leaves both alone if the name was taken meanwhile.</summary>
    async Task MoveAsync(string temporary, ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            var call = new MoveCall(
                location.FileSystem, temporary, location.FileSystem, key.Value,
                new MoveSettings(IgnoreExisting: true));
            await client.CallAsync(
                "operations/movefile", call, RcloneJson.Default.MoveCall, RcloneJson.Default.EmptyAnswer,
                cancellationToken);
        }
        catch (RcloneException)
        {
            // Most remotes do not rename over what somebody else brought there in the same moment.
            if (await find(key, cancellationToken) is null)
                throw;
        }
    }

    /// <summary>False if there was nothing.</summary>
    public async Task<bool> RemoveAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await client.CallAsync(
                "operations/deletefile", new RemoteCall(location.FileSystem, path), RcloneJson.Default.RemoteCall,
                RcloneJson.Default.EmptyAnswer, cancellationToken);
            return true;
        }
        catch (RcloneException e) when (e.IsMissing)
        {
            return false;
        }
    }

    // The failure before is the one to tell; what stays behind is no object and is never listed.
    async Task TryRemoveAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await RemoveAsync(path, cancellationToken);
        }
        catch (Exception e) when (RcloneErrors.IsOurs(e, cancellationToken))
        {
        }
    }
}

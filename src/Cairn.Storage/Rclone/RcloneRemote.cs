using Cairn.Engine.Storage;

namespace Cairn.Storage.Rclone;

/// <summary>What rclone says of a remote, as far as it decides how it is used.</summary>
/// <param name="Moves">Files can be renamed in it.</param>
/// <param name="IsBuckets">An upload appears whole or not at all.</param>
/// <param name="ListsWhatWasWritten">It is of a kind whose listings are complete and never behind.</param>
sealed record RcloneRemote(bool Moves, bool IsBuckets, bool ListsWhatWasWritten)
{
    // Of a remote in a remote (crypt, alias): as deep as anybody nests them.
    const int DepthMax = 4;

    // Not WebDAV: many of its servers break a listing off when a name in it vanishes, and call it complete.
    static readonly string[] Prompt =
        ["local", "sftp", "smb", "s3", "google cloud storage", "azureblob", "b2"];
    static readonly string[] Wrappers = ["alias", "crypt"];

    public static async Task<RcloneRemote> AskAsync(
        RcloneClient client, RcloneLocation location, Func<string, string?> variable,
        CancellationToken cancellationToken)
    {
        var answer = await client.CallAsync(
            "operations/fsinfo", new FileSystemCall(location.FileSystem), RcloneJson.Default.FileSystemCall,
            RcloneJson.Default.FileSystemAnswer, cancellationToken);
        var features = answer.Features ?? new RemoteFeatures(Move: false, BucketBased: false);
        var kind = await KindAsync(client, location.Remote, variable, cancellationToken);
        return new RcloneRemote(features.Move, features.BucketBased, kind is not null && Prompt.Contains(kind));
    }

    /// <summary>Null where it cannot be told.</summary>
    static async Task<string?> KindAsync(
        RcloneClient client, string remote, Func<string, string?> variable, CancellationToken cancellationToken)
    {
        for (var depth = 0; depth < DepthMax; depth++)
        {
            if (remote.StartsWith(':'))
                return remote[1..];
            var settings = await SettingsAsync(client, remote, variable, cancellationToken);
            if (settings.Type is null || !Wrappers.Contains(settings.Type))
                return settings.Type;
            var inner = settings.Remote ?? "";
            var colon = inner.IndexOf(':', inner.StartsWith(':') ? 1 : 0);
            // A path is the local disk's; parameters may stand behind the name.
            remote = colon < 0 ? ":local" : inner[..colon].Split(',')[0];
        }
        return null;
    }

    static async Task<RemoteSettings> SettingsAsync(
        RcloneClient client, string remote, Func<string, string?> variable, CancellationToken cancellationToken)
    {
        var start = $"RCLONE_CONFIG_{remote.ToUpperInvariant()}_";
        if (variable(start + "TYPE") is { } type)
            return new RemoteSettings(type, variable(start + "REMOTE"));
        return await client.CallAsync(
            "config/get", new NameCall(remote), RcloneJson.Default.NameCall, RcloneJson.Default.RemoteSettings,
            cancellationToken);
    }
}

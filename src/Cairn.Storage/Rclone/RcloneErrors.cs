using System.Text.Json;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Storage.Rclone;

/// <summary>
/// Turns what rclone says into what the contract says. It passes on texts of many kinds of servers; what is not
/// recognised may pass, so it is tried again.
/// </summary>
sealed class RcloneErrors(string location, RcloneLocation parsed)
{
    public static bool IsOurs(Exception e, CancellationToken cancellationToken) =>
        e is RcloneException or HttpRequestException or IOException or JsonException
        || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <param name="deed">What was to be done with it, as a participle: "stored".</param>
    public StoreException Translate(Exception e, ObjectKey? key, string deed)
    {
        var subject = key is { } named ? $"{named} was not {deed}" : $"{location} was not {deed}";
        var (kind, why) = e is RcloneException answer ? Of(answer) : OfConnection(e);
        return new StoreException(kind, $"{subject}: {why}", key, e);
    }

    public StoreException NotFound(ObjectKey key) =>
        new(StoreErrorKind.NotFound, $"{key}: there is no such object in {location}", key);

    (StoreErrorKind Kind, string Why) Of(RcloneException e)
    {
        if (e.SaysAny("didn't find section in config file"))
            return (StoreErrorKind.Refused,
                $"rclone knows no remote \"{parsed.Remote}\". Look with `rclone listremotes`, make it with "
                + "`rclone config`; another configuration file is named by RCLONE_CONFIG");
        if (e.SaysAny("unable to decrypt configuration", "password is required", "RCLONE_CONFIG_PASS"))
            return (StoreErrorKind.Refused,
                "rclone's configuration is encrypted. Give its password in RCLONE_CONFIG_PASS, or a program that "
                + "prints it in RCLONE_PASSWORD_COMMAND");
        if (e.SaysAny("knownhosts", "host key", "unable to authenticate", "401 unauthorized", "invalid_grant",
            "certificate", "permission denied", "permission_denied", "access denied", "accessdenied", "403 forbidden",
            "forbidden", "read-only file system"))
            return (StoreErrorKind.Refused,
                $"the remote does not allow it ({Quote(e)}). Look whether rclone itself can read and write "
                + $"{ShellWord.Quote(parsed.FileSystem)}, and correct it with `rclone config`");
        if (e.SaysAny("no space left", "insufficient storage", "quota", "disk full", "507 "))
            return (StoreErrorKind.Full, $"the remote is full, or a quota is reached ({Quote(e)})");
        if (e.SaysAny("too many requests", "rate limit", "ratelimit", "slow down", "429 ", "503 "))
            return (StoreErrorKind.Throttled, $"the remote is busy ({Quote(e)})");
        return e.IsMissing
            ? (StoreErrorKind.NotFound, $"there is no such object in {location}")
            : (StoreErrorKind.Unavailable, $"rclone says: {Quote(e)}");
    }

    static (StoreErrorKind Kind, string Why) OfConnection(Exception e) =>
        (StoreErrorKind.Unavailable, $"rclone does not answer ({e.Message.TrimEnd('.')})");

    static string Quote(RcloneException e) => e.Message.Trim().TrimEnd('.');
}

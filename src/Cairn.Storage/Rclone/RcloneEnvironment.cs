using System.Diagnostics;

namespace Cairn.Storage.Rclone;

/// <summary>
/// The environment that rclone runs in: the user's, for his remotes and their secrets may stand there, without what
/// would make rclone do something else than it is asked (a dry run, filters, other logs), and without Cairn's secrets.
/// </summary>
static class RcloneEnvironment
{
    const string Own = "CAIRN_";
    const string Option = "RCLONE_";

    static readonly string[] Misleading =
    [
        "RC", "LOG_", "USE_JSON_LOG", "SYSLOG", "STATS", "PROGRESS", "QUIET", "VERBOSE", "DRY_RUN", "INTERACTIVE",
        "INCLUDE", "EXCLUDE", "FILTER", "FILES_FROM", "MIN_", "MAX_", "DELETE_EXCLUDED", "IGNORE_", "NO_CHECK_DEST",
        "NO_TRAVERSE", "IMMUTABLE", "UPDATE", "SIZE_ONLY", "BACKUP_DIR", "SUFFIX", "COMPARE_DEST", "COPY_DEST",
        "ERROR_ON_NO_TRANSFER", "CUTOFF_MODE", "RETRIES", "LOW_LEVEL_RETRIES", "TIMEOUT", "CONTIMEOUT", "METADATA",
    ];

    /// <param name="user">Of the remote control; with the password it is known to the two processes only.</param>
    public static void Prepare(ProcessStartInfo start, StoreOptions options, string user, string password)
    {
        foreach (var name in start.Environment.Keys.Where(IsUnwanted).ToList())
            start.Environment.Remove(name);
        foreach (var name in (string[])["RCLONE_CONFIG", "RCLONE_CONFIG_PASS"])
        {
            if (options.Variable(name) is { } value)
                start.Environment[name] = value;
        }
        start.Environment["RCLONE_RC_USER"] = user;
        start.Environment["RCLONE_RC_PASS"] = password;
        start.Environment["RCLONE_ASK_PASSWORD"] = "false";
        start.Environment["RCLONE_LOG_LEVEL"] = "NOTICE";
        // Trying again is for the caller, who knows for how long; a few in rclone keep a stream from breaking.
        start.Environment["RCLONE_LOW_LEVEL_RETRIES"] = "3";
        start.Environment["RCLONE_TIMEOUT"] = $"{(int)Math.Ceiling(options.IdleMax.TotalSeconds)}s";
        start.Environment["RCLONE_CONTIMEOUT"] = "15s";
    }

    static bool IsUnwanted(string name) =>
        name.StartsWith(Own, StringComparison.Ordinal)
        || (name.StartsWith(Option, StringComparison.Ordinal)
            && Misleading.Any(misleading => name.AsSpan(Option.Length).StartsWith(misleading)));
}

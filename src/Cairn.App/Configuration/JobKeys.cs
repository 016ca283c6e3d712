namespace Cairn.App.Configuration;

/// <summary>Every key that a job may have: the reader and the schema both go by this.</summary>
static class JobKeys
{
    public const string Source = "name";
    public const string Paths = "paths";
    public const string Rules = "rules";
    public const string Exclude = "exclude";
    public const string LikeDuplicity = "like-duplicity";
    public const string FollowLinks = "follow-symlinks";
    public const string SkipDelete = "skip-delete";
    public const string Compress = "compress";
    public const string IgnoreChangeTime = "ignore-ctime";
    public const string IgnoreInode = "ignore-inode";
    public const string LockWait = "lock-wait";
    public const string Pickers = "pickers";
    public const string Snapshotters = "snapshotters";
    public const string Before = "before";
    public const string After = "after";
    public const string OnFailure = "on-failure";
    public const string Tags = "tags";
    public const string OneFileSystem = "one-file-system";
    public const string PickerTimeout = "picker-timeout";
    public const string HookTimeout = "hook-timeout";
    public const string SnapshotterTimeout = "snapshotter-timeout";

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        new(Paths, ConfigurationKind.List, "What is backed up"),
        new(Rules, ConfigurationKind.Rules,
            "What is meant, in order, the first that matches decides: \"include PATTERN\", \"exclude PATTERN\", "
            + "\"exclude-caches\", and so on as options of backup are called"),
        new(Exclude, ConfigurationKind.List, "Patterns of what is left out, behind all rules"),
        new(LikeDuplicity, ConfigurationKind.Switch,
            "Whether what no rule decides is left out where an include rule could match, as duplicity does"),
        new(Pickers, ConfigurationKind.List, "Executables, or folders of them, that print further paths to back up"),
        new(Snapshotters, ConfigurationKind.List,
            "Executables, or folders of them, that each write a stream to the descriptor they are given"),
        new(Before, ConfigurationKind.TextOrList, "Shell commands to run first; if one fails the job stops"),
        new(After, ConfigurationKind.TextOrList, "Shell commands to run at the end, whether it worked or not"),
        new(OnFailure, ConfigurationKind.TextOrList, "Shell commands to run if the job failed"),
        new(Tags, ConfigurationKind.List, "Labels of the snapshots"),
        new(OneFileSystem, ConfigurationKind.Switch, "Whether other file systems are not entered"),
        new(FollowLinks, ConfigurationKind.Switch, "Whether links are backed up as what they lead to"),
        new(SkipDelete, ConfigurationKind.List, "Patterns of what stays in the snapshots when it is gone"),
        new(Compress, ConfigurationKind.Compression,
            "How files are compressed, the first that matches decides: \"PATTERN=LEVEL\" (1 to 19) or "
            + "\"PATTERN=none\""),
        new(IgnoreChangeTime, ConfigurationKind.Switch, "Whether files are not read again because of change times"),
        new(IgnoreInode, ConfigurationKind.Switch, "Whether files are not read again because of inode numbers"),
        new(LockWait, ConfigurationKind.Duration, "Take advisory locks, waiting so long for others (no locks)"),
        new(Source, ConfigurationKind.Text, "Name of the source, instead of host and job"),
        new(PickerTimeout, ConfigurationKind.Duration, "After this long a picker is ended (10m)"),
        new(HookTimeout, ConfigurationKind.Duration, "After this long a hook's command is ended (30m)"),
        new(SnapshotterTimeout, ConfigurationKind.Duration, "After this long a snapshotter is ended (never)"),
    ];

    public static IEnumerable<string> Names => All.Select(key => key.Name);
}

namespace Cairn.Files.Restoring;

/// <summary>What to do with what already stands where an entry belongs.</summary>
public enum OverwriteRule
{
    /// <summary>It is an error for that entry.</summary>
    Refuse,

    /// <summary>It stays, whatever it is; only what is missing is restored.</summary>
    Never,

    /// <summary>It is replaced if the snapshot's was modified later.</summary>
    IfNewer,

    /// <summary>
    /// It is replaced if kind, size, modification time, mode, owner or attributes differ: for going on with a restore
    /// that was cut off.
    /// </summary>
    IfChanged,

    /// <summary>It is replaced, also if it looks the same.</summary>
    Always,
}

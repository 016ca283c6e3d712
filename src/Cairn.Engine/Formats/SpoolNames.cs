namespace Cairn.Engine.Formats;

/// <summary>
/// What lies in a spool beside objects of the repository, which have their names there too (docs/design/spool.md).
/// </summary>
public static class SpoolNames
{
    /// <summary>Finished backups that are to be pushed, in the order of their names.</summary>
    public const string Sessions = "sessions/";

    /// <summary>Packs that are in the store already, by name; empty.</summary>
    public const string Sent = "sent/";

    /// <summary>
    /// Index objects that the repository no longer has: no backup finds anything in them, but they still say which
    /// blobs were in packs that a waiting session names.
    /// </summary>
    public const string Old = "old/";

    /// <summary>Snapshot objects whose ledgers' looks found nothing: from then on this one, and no other, is
    /// stored.</summary>
    public const string Outgoing = "outgoing/";
}

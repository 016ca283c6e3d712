using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Repair;

/// <summary>How to repair, and from what.</summary>
public sealed record RepairOptions
{
    public required int Workers { get; init; }

    /// <summary>Only find out what is damaged.</summary>
    public bool IsPlan { get; init; }

    /// <summary>Only look whether packs are there, in their length; without it every pack is read.</summary>
    public bool IsQuick { get; init; }

    /// <summary>
    /// Another repository that may hold the same: one with the same keys, or one that snapshots were copied from or to.
    /// </summary>
    public ReadSession? From { get; init; }

    /// <summary>
    /// Gives the disk that files were backed up from, cut down to these absolute paths: their present contents are cut
    /// anew, and what is still the same is taken.
    /// </summary>
    public Func<IReadOnlyList<ReadOnlyMemory<byte>>, IFileSource>? Disk { get; init; }

    /// <summary>Is told which files are lost, before anything is healed: at most the first 10,000, and how many there
    /// are.</summary>
    public Action<IReadOnlyList<Check.LostFile>, long>? Found { get; init; }

    public int CompressionLevel { get; init; } = Compression.ZstdCompressor.LevelDefault;

    internal CopyOptions ToCopy() => new()
    {
        Program = "", Workers = Workers, CompressionLevel = CompressionLevel,
    };
}

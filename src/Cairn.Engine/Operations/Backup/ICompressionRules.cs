using Cairn.Engine.Repositories.Writing;

namespace Cairn.Engine.Operations.Backup;

/// <summary>Says how much effort the contents of a file are worth. Any thread.</summary>
public interface ICompressionRules
{
    /// <param name="path">Absolute; for a stream its name.</param>
    /// <returns>
    /// A level of zstd, <see cref="BlobWorker.NoCompression"/>, or null where nothing is said. It decides nothing about
    /// what is stored, only how: the same content has the same id at every level.
    /// </returns>
    int? LevelOf(ReadOnlySpan<byte> path);
}

using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Backup;

/// <summary>Something for one worker to read.</summary>
abstract record FileWork;

/// <summary>Small files of one batch, by index: one work item for many, so that queueing costs nothing per
/// file.</summary>
sealed record SmallFilesWork(BatchWork Batch, int[] Indices) : FileWork;

sealed record LargeFileWork(BatchWork Batch, PendingFile File) : FileWork;

sealed record StreamWork(IStreamSource Stream, PendingFile File) : FileWork;

/// <summary>A chunk to be stored. Owns the buffer.</summary>
sealed record ChunkWork(PendingFile File, PendingFile.Slot Slot, PooledBuffer Buffer);

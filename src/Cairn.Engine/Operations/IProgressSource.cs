namespace Cairn.Engine.Operations;

/// <summary>
/// How far an operation is: polled by whoever shows it, so that the operation itself never waits for a display.
/// </summary>
public interface IProgressSource
{
    ProgressSample Sample();
}

/// <param name="Phase">What is going on, in a word or two: "reading", "storing", "checking packs".</param>
/// <param name="Files">Entries done.</param>
/// <param name="FilesTotal">Entries to do, as far as known by now; null before that.</param>
/// <param name="Bytes">Bytes done, of the sort the operation is about (files for backup and restore, packs for
/// check).</param>
/// <param name="BytesTotal">Bytes to do, as far as known by now.</param>
/// <param name="StoredBytes">Bytes written to the repository so far.</param>
public readonly record struct ProgressSample(
    string Phase, long Files, long? FilesTotal, long Bytes, long? BytesTotal, long StoredBytes);

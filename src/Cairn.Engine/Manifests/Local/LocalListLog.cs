using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests.Local;

/// <summary>
/// Keeps the lists of one file in the local manifest, each pointing to the one before. One thread at a time.
/// </summary>
public sealed class LocalListLog : IListLog
{
    readonly LocalManifestWriter _writer;

    internal LocalListLog(LocalManifestWriter writer) => _writer = writer;

    /// <summary>What the file's entry is appended with: where its last list stands, 0 if there was none.</summary>
    public ulong Chain { get; private set; }

    public void Append(BlobId id, ReadOnlySpan<byte> list) => Chain = _writer.AppendList(Chain, id, list);
}

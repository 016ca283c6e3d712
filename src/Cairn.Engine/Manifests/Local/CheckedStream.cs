using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Manifests.Local;

/// <summary>Writes a stream and takes the checksum of each block of it. The caller locks.</summary>
sealed class CheckedStream(IStateWriter writer)
{
    readonly byte[] _block = new byte[LocalManifestLayout.CheckedBlockSize];
    readonly List<ulong> _checksums = [];
    int _length;

    public long Position { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Position += bytes.Length;
        while (!bytes.IsEmpty)
        {
            var part = Math.Min(bytes.Length, _block.Length - _length);
            bytes[..part].CopyTo(_block.AsSpan(_length));
            _length += part;
            bytes = bytes[part..];
            if (_length == _block.Length)
                WriteBlock();
        }
    }

    public IReadOnlyList<ulong> Finish()
    {
        if (_length > 0)
            WriteBlock();
        Invariant.That(writer.Position == Position);
        return _checksums;
    }

    void WriteBlock()
    {
        var block = _block.AsSpan(0, _length);
        _checksums.Add(LocalManifestLayout.Checksum(block, _checksums.Count));
        writer.Write(block);
        _length = 0;
    }
}

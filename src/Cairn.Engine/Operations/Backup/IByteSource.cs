using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <summary>What the cutter reads: a file or a stream.</summary>
interface IByteSource
{
    int Read(Span<byte> destination);
}

sealed class FileBytes(ISourceFile file) : IByteSource
{
    public int Read(Span<byte> destination) => file.Read(destination);
}

sealed class StreamBytes(IStreamSource stream) : IByteSource
{
    public int Read(Span<byte> destination) => stream.Read(destination);
}

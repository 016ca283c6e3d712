using Cairn.Engine.Chunking;
using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Reads a file or stream and cuts it into chunks, each in a buffer of its own: hashing, compressing and encrypting
/// can then happen on other threads while this one reads on. Only the bytes behind a cut are copied, once, at most
/// <see cref="ReadBytes"/> of them.
/// </summary>
sealed class ContentCutter(CutRule rule, BufferPool buffers)
{
    const int ReadBytes = 256 << 10;

    readonly Chunker _chunker = new(rule);
    readonly int _chunkMax = rule.Parameters.Maximum;

    /// <summary>Cuts a whole stream, or a file from where it stands; <paramref name="take"/> takes over the
    /// buffers.</summary>
    public void Cut(IByteSource source, long length, Action<PooledBuffer> take)
    {
        var buffer = buffers.Rent(_chunkMax);
        try
        {
            var filled = 0;
            var isEnd = false;
            while (!isEnd)
            {
                var want = (int)Math.Min(Math.Min(ReadBytes, _chunkMax - filled), length);
                buffer.Length = filled + want;
                var read = want == 0 ? 0 : source.Read(buffer.Span[filled..]);
                length -= read;
                filled += read;
                isEnd = read == 0;
                CutFilled(ref buffer, ref filled, isEnd, take);
            }
            Invariant.That(filled == 0);
        }
        finally
        {
            _chunker.Reset();
            buffer.Dispose();
        }
    }

    /// <summary>Cuts a file with holes: each stretch of data by itself, holes as they are.</summary>
    public void CutSparse(ISourceFile file, long size, Action<PooledBuffer> takeData, Action<Extent> takeHole)
    {
        var source = new FileBytes(file);
        var position = 0L;
        while (position < size && file.NextData(position) is { } data)
        {
            // A map that does not get on would be followed for ever.
            Invariant.That(data.Length > 0 && data.Offset >= position);
            if (data.Offset > position)
                takeHole(new Extent(data.Offset - position, Blob: null));
            file.Seek(data.Offset);
            var got = 0L;
            Cut(source, data.Length, buffer =>
            {
                got += buffer.Length;
                takeData(buffer);
            });
            position = data.Offset + got;
            // The file became shorter than its map said.
            if (got < data.Length)
                return;
        }
        if (position < size)
            takeHole(new Extent(size - position, Blob: null));
    }

    void CutFilled(ref PooledBuffer buffer, ref int filled, bool isEnd, Action<PooledBuffer> take)
    {
        while (filled > 0)
        {
            var cut = _chunker.FindCut(buffer.Span[..filled], isEnd);
            if (cut == 0)
                return;
            var next = buffers.Rent(_chunkMax);
            buffer.Span[cut..filled].CopyTo(next.Span);
            filled -= cut;
            var chunk = buffer;
            chunk.Length = cut;
            buffer = next;
            take(chunk);
        }
    }
}

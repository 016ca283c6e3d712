namespace Cairn.Storage.Http;

/// <summary>Parts of memory as one stream, without a copy.</summary>
sealed class PartsStream(IReadOnlyList<ReadOnlyMemory<byte>> parts) : Stream
{
    readonly long _length = parts.Sum(part => (long)part.Length);
    int _part;
    int _offset;
    long _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override int Read(Span<byte> buffer)
    {
        var done = 0;
        while (done < buffer.Length && _part < parts.Count)
        {
            var left = parts[_part].Span[_offset..];
            var taken = Math.Min(left.Length, buffer.Length - done);
            left[..taken].CopyTo(buffer[done..]);
            done += taken;
            _offset += taken;
            if (_offset == parts[_part].Length)
            {
                _part++;
                _offset = 0;
            }
        }
        _position += done;
        return done;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : new ValueTask<int>(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => _length + offset,
        };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(target, _length, nameof(offset));
        (_part, _offset, _position) = (0, 0, target);
        while (_part < parts.Count && target >= parts[_part].Length)
            target -= parts[_part++].Length;
        _offset = (int)target;
        return _position;
    }

    public override void Flush() { }
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

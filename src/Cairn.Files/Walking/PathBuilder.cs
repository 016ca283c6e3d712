namespace Cairn.Files.Walking;

/// <summary>Joins directory and name into one reused buffer.</summary>
sealed class PathBuilder
{
    byte[] _buffer = new byte[4096];

    /// <summary>The absolute path; valid until the next call.</summary>
    public ReadOnlySpan<byte> Absolute(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        var length = directory.Length + name.Length + 2;
        if (_buffer.Length < length)
            _buffer = new byte[length * 2];
        _buffer[0] = (byte)'/';
        directory.CopyTo(_buffer.AsSpan(1));
        var end = 1 + directory.Length;
        if (end > 1)
            _buffer[end++] = (byte)'/';
        name.CopyTo(_buffer.AsSpan(end));
        return _buffer.AsSpan(0, end + name.Length);
    }

    /// <summary>The path below the root, without a leading slash, as an array of its own.</summary>
    public static byte[] Child(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        if (directory.IsEmpty)
            return name.ToArray();
        var path = new byte[directory.Length + 1 + name.Length];
        directory.CopyTo(path);
        path[directory.Length] = (byte)'/';
        name.CopyTo(path.AsSpan(directory.Length + 1));
        return path;
    }
}

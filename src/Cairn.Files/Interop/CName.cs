namespace Cairn.Files.Interop;

/// <summary>Copies a name to the caller's stack, with the NUL that the kernel wants at its end.</summary>
static class CName
{
    /// <summary>More than any file system on Linux allows for one component.</summary>
    public const int NameSizeMax = 1024;

    /// <summary>Room for a name and its NUL.</summary>
    public const int BufferSize = NameSizeMax + 1;

    public static bool TryTerminate(ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        if (name.Length >= buffer.Length)
            return false;
        name.CopyTo(buffer);
        buffer[name.Length] = 0;
        return true;
    }
}

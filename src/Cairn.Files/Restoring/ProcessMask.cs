namespace Cairn.Files.Restoring;

/// <summary>
/// The process's umask, read without setting it: for an instant that would expose other threads' files.
/// </summary>
static class ProcessMask
{
    /// <summary>Null if the system does not tell.</summary>
    public static uint? Read()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/self/status"))
            {
                if (line.StartsWith("Umask:", StringComparison.Ordinal))
                    return Convert.ToUInt32(line["Umask:".Length..].Trim(), 8);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            // Then every file gets its mode in a call of its own.
        }
        return null;
    }
}

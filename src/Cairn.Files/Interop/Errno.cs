using System.Runtime.InteropServices;

namespace Cairn.Files.Interop;

/// <summary>The errors that are decided upon, as positive numbers (Linux, all architectures .NET runs on).</summary>
static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int NoDeviceAddress = 6;
    public const int TooBig = 7;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Invalid = 22;
    public const int TooManyFilesInSystem = 23;
    public const int TooManyFiles = 24;
    public const int FileTooBig = 27;
    public const int NoSpace = 28;
    public const int ReadOnlyFileSystem = 30;
    public const int OutOfRange = 34;
    public const int NameTooLong = 36;
    public const int NotImplemented = 38;
    public const int NotEmpty = 39;
    public const int TooManyLinks = 40;
    public const int NoData = 61;
    public const int NotSupported = 95;
    public const int Stale = 116;
    public const int QuotaExceeded = 122;

    /// <summary>The system's words for a negative result, lower case, to stand after a colon.</summary>
    public static string Describe(long result)
    {
        var text = Marshal.GetPInvokeErrorMessage((int)-result);
        return text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }

    /// <summary>Whether it is not there any more, rather than out of reach.</summary>
    public static bool IsGone(long result) => -result is NoEntry or Stale;
}

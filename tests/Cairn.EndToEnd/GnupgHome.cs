using System.Diagnostics;
using System.Security.Cryptography;

namespace Cairn.EndToEnd;

/// <summary>
/// A place for GnuPG's home, in a short path since its sockets may not have a long one. Not made before somebody wants
/// it; at the end the agent that gpg started there is ended.
/// </summary>
sealed class GnupgHome : IDisposable
{
    public string Path { get; } = $"/tmp/cairn-gpg-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    public void Dispose()
    {
        if (!Directory.Exists(Path))
            return;
        Programs.Run(new ProcessStartInfo("gpgconf", ["--kill", "all"]) { Environment = { ["GNUPGHOME"] = Path } });
        Directory.Delete(Path, recursive: true);
    }
}

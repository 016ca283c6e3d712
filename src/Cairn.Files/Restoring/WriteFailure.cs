using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

static class WriteFailure
{
    public static RestoreWriteException At(ReadOnlySpan<byte> path, string what, long error)
    {
        var why = -error switch
        {
            Errno.Exists => "something is there already",
            Errno.TooManyLinks or Errno.CrossDevice => "there is a symbolic link on the way, which is not followed",
            _ => Errno.Describe(error),
        };
        return new RestoreWriteException($"{PathText.Show(path)}: {what}: {why}")
        {
            IsFatal = -error is Errno.NoSpace or Errno.QuotaExceeded or Errno.ReadOnlyFileSystem
                or Errno.TooManyFiles or Errno.TooManyFilesInSystem,
        };
    }
}

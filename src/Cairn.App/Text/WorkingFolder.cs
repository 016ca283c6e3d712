using Cairn.App.Interop;

namespace Cairn.App.Text;

public static class WorkingFolder
{
    /// <summary>The current folder as the kernel names it, in bytes.</summary>
    public static byte[] Get() => Libc.WorkingFolder() ?? throw new UsageException(
        "the current folder does not exist any more");
}

using System.Runtime.InteropServices;

namespace Cairn.Tests.Fuzzing.Interop;

/// <summary>Processor time of the calling thread: unlike the time of a clock, the same on a loaded machine.</summary>
static partial class ThreadTime
{
    const int ThreadCpuClock = 3;

    public static TimeSpan Now
    {
        get
        {
            Assert.Equal(0, GetTime(ThreadCpuClock, out var time));
            return TimeSpan.FromTicks(time.Seconds * TimeSpan.TicksPerSecond + time.Nanoseconds / 100);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}

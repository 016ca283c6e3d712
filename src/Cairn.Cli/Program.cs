using System.Runtime.InteropServices;
using Cairn.Cli.Interop;

namespace Cairn.Cli;

static class Program
{
    static int Main(string[] arguments)
    {
        NativeHeap.GiveBackLargeBuffers();
        using var cancellation = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        // There is no synchronization context that blocking could dead-lock.
        return CommandLine.RunAsync(KernelArguments.Read(arguments), cancellation.Token).GetAwaiter().GetResult();

        // The first signal stops in order, the second at once.
        void Stop(PosixSignalContext context)
        {
            if (cancellation.IsCancellationRequested)
                Environment.Exit(ExitCodes.Interrupted);
            context.Cancel = true;
            cancellation.Cancel();
        }
    }
}

using System.CommandLine;
using Cairn.App.Reading;
using Cairn.App.Snapshots;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class VerifyCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command(
            "verify", "Compare a snapshot with the files on the disk; status 5 if anything differs");
        var keys = new KeyOptions();
        var snapshot = CommonOptions.Snapshot();
        var host = CommonOptions.Host();
        var target = new Option<string?>("--target")
        {
            Description = "Compare with what was restored to this directory (where it came from)", HelpName = "DIR",
        };
        var quick = new Option<bool>("--quick")
        {
            Description = "Read no files: what has the same size and time counts as the same",
        };
        var selection = new SelectionOptions();
        var oneFileSystem = CommonOptions.OneFileSystem();
        var followLinks = CommonOptions.FollowLinks();
        command.Add(snapshot);
        foreach (var option in new Option[] { host, target, quick, oneFileSystem, followLinks })
            command.Add(option);
        selection.AddTo(command);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            await using var input = Console.OpenStandardInput();
            var request = new VerifyRequest
            {
                Access = keys.Access(parsed, global), Host = parsed.GetValue(host),
                Snapshot = SnapshotReference.Parse(parsed.GetRequiredValue(snapshot), context.Environment.Time),
                Target = parsed.GetValue(target) is { } folder
                    ? CommonOptions.ToBytes(folder)
                    : default(ReadOnlyMemory<byte>?),
                Selection = selection.Request(parsed, input),
                FollowsLinks = parsed.GetValue(followLinks), OneFileSystem = parsed.GetValue(oneFileSystem),
                IsQuick = parsed.GetValue(quick),
            };
            var report = await VerifyUseCase.RunAsync(
                context.Environment, request, difference => VerifyRendering.Print(context.Output, difference),
                context.Cancellation);
            VerifyRendering.Print(context.Output, report, request.IsQuick);
            return ExitCodeOf(report);
        });
        return command;
    }

    // What could not be read is not known to be the same.
    internal static int ExitCodeOf(VerifyReport report)
    {
        if (report.Result.Differences > 0)
            return ExitCodes.Differences;
        return report.Result.Unread > 0 ? ExitCodes.Warnings : ExitCodes.Ok;
    }
}

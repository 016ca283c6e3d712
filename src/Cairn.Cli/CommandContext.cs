using System.CommandLine;
using Cairn.App;
using Cairn.App.Logging;
using Cairn.App.Text;
using Cairn.Cli.Rendering;
using Cairn.Cli.Terminals;

namespace Cairn.Cli;

/// <summary>What a verb works with.</summary>
sealed record CommandContext(ParseResult Parsed, Output Output, AppEnvironment Environment,
    CancellationToken Cancellation)
{
    /// <summary>Set by a verb whose runs are watched from outside.</summary>
    public BackupWatch? Watch { get; set; }
}

/// <summary>Runs a verb: gives it its surroundings, and turns what it throws into a message and an exit code.</summary>
static class CommandRunner
{
    public static void Handle(Command command, GlobalOptions global, Func<CommandContext, Task<int>> body) =>
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, global, body, cancellationToken));

    static async Task<int> RunAsync(
        ParseResult parsed, GlobalOptions global, Func<CommandContext, Task<int>> body,
        CancellationToken cancellationToken)
    {
        using var output = global.CreateOutput(parsed);
        CommandContext? context = null;
        var code = await RunGuardedAsync(output, parsed, cancellationToken, async () =>
        {
            await using var progress = new ProgressDisplay(output, TimeProvider.System);
            var environment = CreateEnvironment(output, progress);
            output.SummaryEnd = writer => RequestRendering.Write(writer, environment.Requests.Counts);
            output.Log = global.Log(parsed).Open(environment, output.Warning);
            if (output.Log is { IsDebug: true } log)
                environment = environment with
                {
                    Events = environment.Events with { Traced = line => log.Write(LogLevel.Debug, line) },
                };
            context = new CommandContext(parsed, output, environment, cancellationToken);
            var result = await body(context);
            await progress.StopAsync();
            RequestRendering.Print(output, environment.Requests.Counts);
            output.Flush();
            return result;
        });
        if (context?.Watch is { } watch)
            await RunGuardedAsync(output, parsed, CancellationToken.None, async () =>
            {
                await watch.FinishAsync(code);
                return code;
            });
        return code;
    }

    static async Task<int> RunGuardedAsync(
        Output output, ParseResult parsed, CancellationToken cancellationToken, Func<Task<int>> body)
    {
        try
        {
            return await body();
        }
        catch (OutputClosedException)
        {
            // Whoever read the output has seen enough ("cairn ls … | head").
            return ExitCodes.Failed;
        }
        catch (Exception e) when (e is not InsufficientExecutionStackException)
        {
            var cause = ErrorReport.Unwrap(e);
            var code = cancellationToken.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.Of(cause);
            if (code == ExitCodes.Interrupted)
                cause = new OperationCanceledException();
            output.Error(ReportOf(cause, parsed), code, details: e);
            return code;
        }
    }

    // What was restored is there, and a target that is not empty is refused.
    static ErrorReport ReportOf(Exception cause, ParseResult parsed) =>
        cause is OperationCanceledException && parsed.CommandResult.Command.Name == "restore"
            ? new ErrorReport("interrupted", "run it again with --overwrite if-changed to go on")
            : ErrorReport.Of(cause);

    static AppEnvironment CreateEnvironment(Output output, ProgressDisplay progress) => new()
    {
        Paths = CairnPaths.FromVariables(Environment.GetEnvironmentVariable),
        Variable = Environment.GetEnvironmentVariable,
        WorkingFolder = WorkingFolder.Get(),
        HostName = Environment.MachineName,
        UserName = Environment.UserName,
        Program = $"cairn {VersionText.Version}",
        Prompt = TerminalPrompt.TryOpen(),
        Events = new UseCaseEvents
        {
            Started = (what, source) =>
            {
                output.Started(what);
                progress.Start(source);
            },
            Watched = progress.Start,
            Noticed = output.Notice,
        },
    };
}

using System.CommandLine;
using Cairn.App.Init;
using Cairn.Engine.Crypto;

namespace Cairn.Cli.Commands;

static class InitCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("init", "Create a repository, and enrol this machine");
        var keys = new KeyOptions();
        var recovery = CommonOptions.RecoveryFile();
        command.Add(recovery);
        keys.AddTo(command, withRecoveryKey: false);
        CommandRunner.Handle(command, global, async context =>
        {
            var request = new InitRequest
            {
                Access = keys.Access(context.Parsed, global), RecoveryFile = context.Parsed.GetValue(recovery),
                CanShowRecoveryKey = CanShowSecrets(context),
            };
            using var report = await InitUseCase.RunAsync(context.Environment, request, context.Cancellation);
            Print(context, report, request.RecoveryFile);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Never into a pipe, a log or an event.</summary>
    internal static bool CanShowSecrets(CommandContext context) =>
        context.Output.Options.IsTerminal && !context.Output.IsJson;

    internal static void PrintRecoveryKey(CommandContext context, SealingKey key)
    {
        context.Output.Result("Recovery key, shown this once. Write it down and keep it away from this machine:");
        context.Output.Result("");
        context.Output.Result($"    {RecoveryKey.Print(key)}");
        context.Output.Result("");
    }

    static void Print(CommandContext context, InitReport report, string? recoveryFile)
    {
        var output = context.Output;
        output.Summary($"created the repository {report.Repository.ToString()[..16]} at {report.Location}");
        output.Summary($"this machine may back up without a passphrase: its credential is {report.CredentialFile}");
        if (report.RecoveryKey is { } key)
            PrintRecoveryKey(context, key);
        else
            output.Summary($"the recovery key is in {recoveryFile}: keep it away from this machine");
        output.Summary("Without the passphrase and the recovery key nobody can ever read this repository.");
        output.Summary($"next: cairn -r {report.Location} backup PATH");
        output.Event("initialized", writer =>
        {
            writer.WriteString("repository", report.Location);
            writer.WriteString("id", report.Repository.ToString());
            writer.WriteString("credentialFile", report.CredentialFile);
            if (recoveryFile is not null)
                writer.WriteString("recoveryFile", recoveryFile);
        });
    }
}

using System.CommandLine;
using Cairn.App;
using Cairn.App.Init;
using Cairn.Cli.Rendering;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Cli.Commands;

static class InitCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("init", "Create a repository, and enrol this machine");
        var keys = new KeyOptions();
        var recovery = CommonOptions.RecoveryFile();
        var lockMode = new Option<string?>("--lock")
        {
            Description = "Have the bucket lock every object: governance, or compliance (nobody can lift it)",
            HelpName = "MODE",
        };
        var lockDays = new Option<int?>("--lock-days")
        {
            Description = "For so many days what is needed is locked, at any time; see \"lease\"", HelpName = "N",
        };
        var overwrites = new Option<bool>("--allow-overwrites")
        {
            Description = "Use a store that cannot be kept from overwriting, and keeps no versions",
        };
        var dataClass = CommonOptions.DataClass();
        foreach (var option in new Option[] { recovery, lockMode, lockDays, overwrites, dataClass })
            command.Add(option);
        keys.AddTo(command, withRecoveryKey: false);
        CommandRunner.Handle(command, global, async context =>
        {
            var request = new InitRequest
            {
                Access = keys.Access(context.Parsed, global) with { DataClass = context.Parsed.GetValue(dataClass) },
                RecoveryFile = context.Parsed.GetValue(recovery),
                Lease = ParseLock(context.Parsed.GetValue(lockMode), context.Parsed.GetValue(lockDays)),
                AllowsOverwrites = context.Parsed.GetValue(overwrites),
                CanShowRecoveryKey = CanShowSecrets(context),
            };
            using var report = await InitUseCase.RunAsync(context.Environment, request, context.Cancellation);
            Print(context, report, request.RecoveryFile);
            return ExitCodes.Ok;
        });
        return command;
    }

    internal static LeasePolicy? ParseLock(string? mode, int? days)
    {
        if (mode is null && days is null)
            return null;
        if (mode is null || days is null)
            throw new UsageException(
                "--lock and --lock-days belong together", "for example --lock compliance --lock-days 30");
        var policy = LeasePolicy.Of(
            mode switch
            {
                "governance" => ObjectLockMode.Governance,
                "compliance" => ObjectLockMode.Compliance,
                _ => throw new UsageException($"--lock {mode}: it is governance or compliance"),
            },
            days.Value);
        return policy.IsValid
            ? policy
            : throw new UsageException(
                $"--lock-days {days}: it is at least 1, and with its slack of a third at most {LeasePolicy.DaysMax}");
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
        if (report.Place is { } place)
            PlaceRendering.Print(output, place);
        output.Summary($"created the repository {report.Repository.ToString()[..16]} at {report.Location}");
        output.Summary($"this machine may back up without a passphrase: its credential is {report.CredentialFile}");
        if (report.RecoveryKey is { } key)
            PrintRecoveryKey(context, key);
        else
            output.Summary($"the recovery key is in {recoveryFile}: keep it away from this machine");
        output.Summary("Without the passphrase and the recovery key nobody can ever read this repository.");
        output.Summary($"next: cairn -r {ShellWord.Quote(report.Location)} backup PATH");
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

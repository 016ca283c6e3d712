using System.CommandLine;
using Cairn.Cli.Commands;
using Cairn.Cli.Documentation;
using Cairn.Cli.Rendering;

namespace Cairn.Cli;

/// <summary>The verbs, and what happens before and around them.</summary>
static class CommandLine
{
    public static RootCommand Create(GlobalOptions global)
    {
        var root = new RootCommand("Encrypted, deduplicated off-site backup that nobody else can read or destroy.");
        foreach (var builtin in root.Options.OfType<VersionOption>().ToList())
            root.Options.Remove(builtin);
        global.AddTo(root);
        root.Add(InitCommand.Create(global));
        root.Add(BackupCommand.Create(global));
        root.Add(PushCommand.Create(global));
        root.Add(SnapshotsCommand.Create(global));
        root.Add(ListCommand.Create(global));
        root.Add(FindCommand.Create(global));
        root.Add(DiffCommand.Create(global));
        root.Add(RestoreCommand.Create(global));
        root.Add(DumpCommand.Create(global));
        root.Add(CheckCommand.Create(global));
        root.Add(VerifyCommand.Create(global));
        root.Add(DrillCommand.Create(global));
        root.Add(StatsCommand.Create(global));
        root.Add(ExplainCommand.Create(global));
        root.Add(DoctorCommand.Create(global));
        root.Add(ForgetCommand.Create(global));
        root.Add(TagCommand.Create(global));
        root.Add(PruneCommand.Create(global));
        root.Add(LeaseCommand.Create(global));
        root.Add(PolicyCommand.Create(global));
        root.Add(CopyCommand.Create(global));
        root.Add(RepairCommand.Create(global));
        root.Add(RecoverCommand.Create(global));
        root.Add(KeyCommand.Create(global));
        root.Add(HostCommand.Create(global));
        root.Add(ConfigCommand.Create(global));
        root.Add(VersionCommand.Create(global));
        root.Add(QuickstartCommand.Create(global));
        root.Add(CompletionCommand.Create(global));
        root.Add(CompletionCommand.CreateSuggest(root));
        root.Add(ManCommand.Create(root));
        CommandListHelp.ReplaceIn(root);
        return root;
    }

    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var global = new GlobalOptions();
        // As most programs have it too.
        arguments = arguments switch { ["--version"] => ["version"], ["help"] => ["--help"], _ => arguments };
        // Without a replacer an argument that begins with @ is a time, not a file of arguments.
        var parsed = Create(global).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (Mistyped.Find(parsed) is { } mistake)
            return ReportUsage(parsed, global, mistake);
        if (parsed.Errors.Count > 0)
            return ReportUsage(
                parsed, global, new(
                    ParserText.Of(parsed.Errors[0].Message), $"see: {Mistyped.NameOf(parsed.CommandResult)} --help"));
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    static int ReportUsage(ParseResult parsed, GlobalOptions global, App.UsageException mistake)
    {
        using var output = global.CreateOutput(parsed);
        output.Error(ErrorReport.Of(mistake), ExitCodes.Usage);
        return ExitCodes.Usage;
    }
}

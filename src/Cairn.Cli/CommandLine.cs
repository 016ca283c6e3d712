using System.CommandLine;
using System.CommandLine.Parsing;
using Cairn.Cli.Commands;
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
        root.Add(SnapshotsCommand.Create(global));
        root.Add(ListCommand.Create(global));
        root.Add(FindCommand.Create(global));
        root.Add(DiffCommand.Create(global));
        root.Add(RestoreCommand.Create(global));
        root.Add(DumpCommand.Create(global));
        root.Add(CheckCommand.Create(global));
        root.Add(VerifyCommand.Create(global));
        root.Add(StatsCommand.Create(global));
        root.Add(ExplainCommand.Create(global));
        root.Add(DoctorCommand.Create(global));
        root.Add(KeyCommand.Create(global));
        root.Add(HostCommand.Create(global));
        root.Add(ConfigCommand.Create(global));
        root.Add(VersionCommand.Create(global));
        root.Add(QuickstartCommand.Create(global));
        root.Add(CompletionCommand.Create(global));
        root.Add(CompletionCommand.CreateSuggest(root));
        root.Add(ManCommand.Create(root));
        return root;
    }

    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var global = new GlobalOptions();
        // Without a replacer an argument that begins with @ is a time, not a file of arguments.
        var parsed = Create(global).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            return ReportUsage(parsed, global);
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    static int ReportUsage(ParseResult parsed, GlobalOptions global)
    {
        using var output = global.CreateOutput(parsed);
        var names = new Stack<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
            names.Push(command.Command is RootCommand ? "cairn" : command.Command.Name);
        var error = ErrorReport.Of(
            new App.UsageException(parsed.Errors[0].Message, $"see: {string.Join(' ', names)} --help"));
        output.Error(error, ExitCodes.Usage);
        return ExitCodes.Usage;
    }
}

using System.CommandLine;
using System.Text;
using Cairn.App.Policies;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class PolicyCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("policy", "Print what the store should allow to each role, and nothing else");
        command.Add(CreateRole(global, StoreRole.Host, "For a machine that backs up: it adds, and reads no backup"));
        command.Add(CreateRole(
            global, StoreRole.Maintainer, "For who prunes and renews locks: it destroys nothing, and opens no backup"));
        command.Add(CreateRole(global, StoreRole.Restorer, "For who restores: it changes nothing"));
        command.Add(CreateRole(
            global, StoreRole.Auditor, "For who looks whether all is there: it changes nothing, and sees no key"));
        command.Add(CreateRole(global, StoreRole.Admin, "For who changes keys, lets hosts in and forgets"));
        return command;
    }

    static Command CreateRole(GlobalOptions global, StoreRole role, string description)
    {
        var command = new Command(role.ToString().ToLowerInvariant(), description);
        var host = new Option<string?>("--host")
        {
            Description = "Bind ledgers and snapshots to this host's place, by the id that \"host list\" shows",
            HelpName = "ID",
        };
        var principal = new Option<string?>("--principal")
        {
            Description = "Make it a policy of the bucket, for this user or role", HelpName = "ARN",
        };
        if (role == StoreRole.Host)
            command.Add(host);
        command.Add(principal);
        CommandRunner.Handle(command, global, async context =>
        {
            var request = new PolicyRequest
            {
                Access = global.Access(context.Parsed), Role = role, Principal = context.Parsed.GetValue(principal),
                HostId = role == StoreRole.Host ? context.Parsed.GetValue(host) : null,
            };
            var report = await PolicyUseCase.RunAsync(context.Environment, request, context.Cancellation);
            foreach (var note in report.Notes)
                context.Output.Notice(note);
            Print(context.Output, role, report);
            return ExitCodes.Ok;
        });
        return command;
    }

    internal static void Print(Output output, StoreRole role, PolicyReport report)
    {
        foreach (var line in Encoding.UTF8.GetString(report.Document).Split('\n'))
            output.Result(line);
        output.Event("policy", writer =>
        {
            writer.WriteString("role", role.ToString().ToLowerInvariant());
            writer.WritePropertyName("document");
            writer.WriteRawValue(report.Document);
        });
    }
}

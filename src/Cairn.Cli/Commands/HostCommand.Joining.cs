using System.CommandLine;
using Cairn.App.Hosts;
using Cairn.Cli.Rendering;
using Cairn.Engine.Repositories.Hosts;

namespace Cairn.Cli.Commands;

// A machine is let in in three steps: request, enrol, join.
static partial class HostCommand
{
    static Command CreateRequest(GlobalOptions global)
    {
        var command = new Command(
            "request", "On a new machine: make its keys, and print what the admin needs to enrol it");
        CommandRunner.Handle(command, global, context =>
        {
            var request = HostUseCases.Request(context.Environment);
            context.Output.Result(request.Print());
            context.Output.Notice("enrol it on the admin's machine: cairn host enrol NAME REQUEST --output FILE");
            WriteRequest(context.Output, request);
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }

    internal static void WriteRequest(Output output, HostRequest request) => output.Event("hostRequest", writer =>
    {
        writer.WriteString("request", request.Print());
        writer.WriteString("host", request.Host.ToString());
    });

    static Command CreateEnrol(GlobalOptions global)
    {
        var command = new Command(
            "enrol", "On the admin's machine: let a new machine in, and make the file with which it joins");
        var keys = new KeyOptions();
        var name = new Argument<string>("NAME") { Description = "What to call the machine" };
        var request = new Argument<string>("REQUEST")
        {
            Description = "What \"cairn host request\" printed on it (cairn-host-1…)",
        };
        var file = new Option<string?>("--output", "-o")
        {
            Description = "New file for the enrolment (else standard output)", HelpName = "FILE",
        };
        var maintainer = new Option<bool>("--maintainer")
        {
            Description = "Let it maintain the repository instead of backing up to it",
        };
        var forget = new Option<bool>("--may-forget") { Description = "A maintainer that may forget snapshots too" };
        foreach (Argument argument in new Argument[] { name, request })
            command.Add(argument);
        foreach (Option option in new Option[] { file, maintainer, forget })
            command.Add(option);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var output = parsed.GetValue(file);
            context.Output.IsContentOnOutput = output is null;
            var report = await HostUseCases.EnrolAsync(context.Environment, new EnrolRequest
            {
                Access = keys.Access(parsed, global), Name = parsed.GetRequiredValue(name),
                Request = parsed.GetRequiredValue(request), Output = output, MayForget = parsed.GetValue(forget),
                Role = parsed.GetValue(maintainer) ? HostRole.Maintainer : HostRole.Host,
            }, context.Cancellation);
            if (output is null)
                context.Output.Content.Write(report.Enrolment.Span);
            PrintEnrolled(context.Output, report, output);
            return ExitCodes.Ok;
        });
        return command;
    }

    internal static void PrintEnrolled(Output output, EnrolReport report, string? file)
    {
        output.Summary(
            $"enrolled {(report.Role == HostRole.Maintainer ? "the maintainer " : "")}{Show(report.Name)} "
            + $"({Short(report.Host)}) in the repository {report.Repository.ToString()[..16]}");
        if (file is not null)
            output.Summary($"take this file to that machine, and nothing else: {file}");
        output.Summary($"next, on that machine: cairn -r REPOSITORY host join {file ?? "FILE"}");
        output.Event("hostEnrolled", writer =>
        {
            writer.WriteString("host", report.Host.ToString());
            writer.WriteString("name", report.Name);
            writer.WriteString("role", RoleName(report.Role == HostRole.Maintainer));
            writer.WriteString("repository", report.Repository.ToString());
            if (file is not null)
                writer.WriteString("file", file);
        });
    }

    static Command CreateJoin(GlobalOptions global)
    {
        var command = new Command("join", "On the new machine: take the file that \"cairn host enrol\" made");
        var file = new Argument<string>("FILE") { Description = "The enrolment; - for standard input" };
        command.Add(file);
        CommandRunner.Handle(command, global, async context =>
        {
            var path = context.Parsed.GetRequiredValue(file);
            using var input = Console.OpenStandardInput();
            var access = global.Access(context.Parsed);
            var report = await HostUseCases.JoinAsync(
                context.Environment, access, path == "-" ? null : path, input, context.Cancellation);
            PrintJoined(context.Output, report);
            return ExitCodes.Ok;
        });
        return command;
    }

    internal static void PrintJoined(Output output, JoinReport report)
    {
        output.Summary(
            $"this machine is {Show(report.Name)} ({Short(report.Host)}) of the repository "
            + $"{report.Repository.ToString()[..16]} at {report.Location}");
        output.Summary($"its credential is {report.CredentialFile}");
        if (report.Role == HostRole.Host)
            output.Summary($"next: cairn -r {report.Location} backup PATH");
        output.Event("hostJoined", writer =>
        {
            writer.WriteString("host", report.Host.ToString());
            writer.WriteString("name", report.Name);
            writer.WriteString("role", RoleName(report.Role == HostRole.Maintainer));
            writer.WriteString("repository", report.Repository.ToString());
            writer.WriteString("credentialFile", report.CredentialFile);
        });
    }
}

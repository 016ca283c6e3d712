using System.CommandLine;
using System.Text;
using Cairn.App.Hosts;
using Cairn.App.Text;
using Cairn.Cli.Rendering;
using Cairn.Engine.Operations.HostChanges;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;

namespace Cairn.Cli.Commands;

static partial class HostCommand
{
    const int IdDigits = 8;

    public static Command Create(GlobalOptions global)
    {
        var command = new Command("host", "Let machines in and out of the repository");
        command.Add(CreateRequest(global));
        command.Add(CreateEnrol(global));
        command.Add(CreateJoin(global));
        command.Add(CreateList(global));
        command.Add(CreateRevoke(global));
        return command;
    }

    static Command CreateList(GlobalOptions global)
    {
        var command = new Command("list", "List the machines that are or were let in");
        var keys = new KeyOptions();
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var hosts = await HostUseCases.ListAsync(
                context.Environment, keys.Access(context.Parsed, global), context.Cancellation);
            PrintList(context.Output, hosts);
            return ExitCodes.Ok;
        });
        return command;
    }

    internal static void PrintList(Output output, IReadOnlyList<EnrolledSigner> hosts)
    {
        var table = new Table(["ID", "ROLE", "NAME", "ENROLLED", "REVOKED"]);
        foreach (var host in hosts)
        {
            table.Add(
                Short(host.Id), RoleName(host.IsMaintainer), Show(host.Name), HumanText.Time(host.Enrolled),
                host.Revoked is { } revoked ? HumanText.Time(revoked) : "");
            output.Event("host", writer =>
            {
                writer.WriteString("id", host.Id.ToString());
                writer.WriteString("role", RoleName(host.IsMaintainer));
                writer.WriteString("name", host.Name);
                writer.WriteTime("enrolled", host.Enrolled);
                if (host.Revoked is { } time)
                    writer.WriteTime("revoked", time);
                writer.WriteBoolean("mayForget", host.MayForget);
            });
        }
        foreach (var line in table.Lines())
            output.Result(line);
    }

    static Command CreateRevoke(GlobalOptions global)
    {
        var command = new Command("revoke", "Let a machine in no longer; what it stored until now stays");
        var keys = new KeyOptions();
        var host = new Argument<string>("HOST") { Description = "Its name, its id, or at least 4 digits of the id" };
        var since = new Option<string?>("--since")
        {
            Description = "What it stored at this time or later does not count either (2026-01-31, 3D)",
            HelpName = "TIME",
        };
        command.Add(host);
        command.Add(since);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var revocation = await HostUseCases.RevokeAsync(context.Environment, new RevokeRequest
            {
                Access = keys.Access(parsed, global), Host = parsed.GetRequiredValue(host),
                Since = parsed.GetValue(since),
            }, context.Cancellation);
            PrintRevoked(context.Output, revocation);
            return ExitCodes.Ok;
        });
        return command;
    }

    internal static void PrintRevoked(Output output, Revocation revocation)
    {
        var signer = revocation.Signer;
        output.Summary(
            $"revoked {Show(signer.Name)} ({Short(signer.Id)}): "
            + $"{HumanText.Count(revocation.Accepted, "snapshot", "snapshots")} of it "
            + $"{(revocation.Accepted == 1 ? "goes" : "go")} on to count"
            + (revocation.NotAccepted == 0 ? "" : $", {HumanText.Count(revocation.NotAccepted)} no longer "
                + (revocation.NotAccepted == 1 ? "does" : "do")));
        if (!signer.IsMaintainer)
            output.Summary("what it writes from now on does not count, whatever time it claims");
        output.Notice(
            "it still has the keys that tell which contents are in the repository, and whatever rights the store "
            + "gives it: take those away there");
        output.Event("hostRevoked", writer =>
        {
            writer.WriteString("host", signer.Id.ToString());
            writer.WriteString("name", signer.Name);
            writer.WriteString("role", RoleName(signer.IsMaintainer));
            writer.WriteNumber("accepted", revocation.Accepted);
            writer.WriteNumber("notAccepted", revocation.NotAccepted);
        });
    }

    static string RoleName(bool isMaintainer) => isMaintainer ? "maintainer" : "host";

    static string Short(SignerId id) => id.ToString()[..IdDigits];

    // Others chose the names.
    static string Show(string text) => ByteText.Show(Encoding.UTF8.GetBytes(text));
}

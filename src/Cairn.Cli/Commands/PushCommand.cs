using System.CommandLine;
using Cairn.App.Hosts;
using Cairn.App.Spooling;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class PushCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("push", "Send what backups have left in a spool, and commit it");
        var spool = CommonOptions.Spool("The folder that backups were left in");
        spool.Required = true;
        var watch = new Option<bool>("--watch") { Description = "Go on, and send whatever comes until interrupted" };
        var discard = new Option<bool>("--discard")
        {
            Description = "Give up spooled backups that rely on what is gone from the repository",
        };
        var trust = CommonOptions.Trust();
        var dataClass = CommonOptions.DataClass();
        foreach (var option in new Option[] { spool, watch, discard, trust, dataClass })
            command.Add(option);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var request = new PushRequest
            {
                Access = global.Access(parsed) with
                {
                    Spool = parsed.GetValue(spool), DataClass = parsed.GetValue(dataClass),
                },
                Watches = parsed.GetValue(watch), Discards = parsed.GetValue(discard),
                Trust = parsed.GetValue(trust) is { } who ? TrustSetting.Parse(who) : null,
            };
            var code = ExitCodes.Ok;
            await PushUseCase.RunAsync(context.Environment, request, result =>
            {
                PushRendering.Print(context.Output, result, request.Watches);
                code = ExitCodes.Gravest(code, PushRendering.ExitCodeOf(result));
            }, context.Cancellation);
            return code;
        });
        return command;
    }
}

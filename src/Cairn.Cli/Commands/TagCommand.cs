using System.CommandLine;
using Cairn.App.Snapshots;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class TagCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("tag", "Give snapshots other labels");
        var keys = new KeyOptions();
        var filter = new SnapshotFilterOptions();
        var ids = new Argument<string[]>("SNAPSHOT")
        {
            Description = "Ids of snapshots, or at least 4 digits of each, instead of options that choose them",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var add = Tags("--add", "Add this label; may be repeated");
        var remove = Tags("--remove", "Take this label away; may be repeated");
        var set = Tags("--set", "This label and no others; may be repeated; \"\" for none at all");
        var dryRun = CommonOptions.DryRun("Only show what would change");
        command.Add(ids);
        foreach (var option in new Option[] { add, remove, set })
            command.Add(option);
        filter.AddTo(command);
        command.Add(dryRun);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var request = new TagRequest
            {
                Access = keys.Access(parsed, global), Ids = parsed.GetValue(ids) ?? [],
                Filter = filter.FilterOrEverything(context), Set = parsed.GetValue(set) ?? [],
                Add = parsed.GetValue(add) ?? [], Remove = parsed.GetValue(remove) ?? [],
                IsDryRun = parsed.GetValue(dryRun),
            };
            var plan = await TagUseCase.RunAsync(context.Environment, request, context.Cancellation);
            TagRendering.Print(context.Output, plan, request.IsDryRun);
            return SnapshotsCommand.ExitCodeOf(plan.Problems);
        });
        return command;
    }

    static Option<string[]> Tags(string name, string description) => new(name)
    {
        Description = description, HelpName = "TAG", DefaultValueFactory = _ => [],
    };
}

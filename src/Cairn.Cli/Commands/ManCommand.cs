using System.CommandLine;
using Cairn.Cli.Documentation;

namespace Cairn.Cli.Commands;

static class ManCommand
{
    public static Command Create(RootCommand root)
    {
        var command = new Command("man", "Print the manual page: cairn man | man -l -");
        command.SetAction(_ =>
        {
            Console.Out.Write(ManualPage.Print(root));
            return ExitCodes.Ok;
        });
        return command;
    }
}

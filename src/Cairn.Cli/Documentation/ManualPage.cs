using System.CommandLine;
using System.CommandLine.Help;
using Cairn.App.Configuration;

namespace Cairn.Cli.Documentation;

/// <summary>The manual page, from the same definitions that parse the command line.</summary>
static class ManualPage
{
    // Of the last change to what the page says.
    const string Date = "2026-11-25";

    public static string Print(RootCommand root)
    {
        var page = new Roff();
        page.Title("CAIRN", "1", Date, $"cairn {VersionText.Version}", "User Commands");
        page.Section("NAME");
        page.Paragraph("cairn - encrypted, deduplicated off-site backup");
        page.Section("SYNOPSIS");
        page.Paragraph("cairn [OPTION]... COMMAND [ARGUMENT]...");
        page.Section("DESCRIPTION");
        page.Paragraph(root.Description + " What is backed up is encrypted to a public key: the machine that backs up "
            + "can add to the repository, and cannot read it. Restoring asks for the passphrase or the recovery key.");
        page.Section("OPTIONS");
        page.Paragraph("These may stand before or behind the command.");
        Options(page, root);
        page.Section("COMMANDS");
        foreach (var command in root.Subcommands.Where(command => !command.Hidden))
            Describe(page, command, command.Name);
        ManualTexts.Write(page);
        page.Section("CONFIGURATION");
        page.Paragraph("A YAML file, config.yaml (see FILES). It may have these keys:");
        foreach (var (name, description) in ConfigurationSchema.Descriptions)
            page.Item(name, description + ".");
        page.Paragraph("Below jobs stands the name of each job, and below that what it is:");
        foreach (var (name, description) in ConfigurationSchema.JobDescriptions)
            page.Item(name, description + ".");
        ManualTexts.WriteJobs(page);
        ManualTexts.WriteEnd(page);
        return page.ToString();
    }

    static void Describe(Roff page, Command command, string name)
    {
        page.Subsection($"cairn {name}{Arguments(command)}");
        page.Paragraph(command.Description + ".");
        foreach (var argument in command.Arguments.Where(argument => argument.Description is not null))
            page.Item(argument.Name, argument.Description + ".");
        Options(page, command);
        foreach (var below in command.Subcommands.Where(below => !below.Hidden))
            Describe(page, below, $"{name} {below.Name}");
    }

    static string Arguments(Command command) => string.Concat(command.Arguments.Select(argument =>
    {
        var several = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
        var name = argument.Name + several;
        return argument.Arity.MinimumNumberOfValues == 0 ? $" [{name}]" : $" {name}";
    }));

    static void Options(Roff page, Command command)
    {
        foreach (var option in command.Options.Where(option => !option.Hidden && option is not HelpOption))
        {
            var names = string.Join(", ", option.Aliases.Order(StringComparer.Ordinal).Prepend(option.Name).Distinct()
                .OrderBy(name => name.Length));
            page.Item(option.HelpName is null ? names : $"{names} {option.HelpName}", option.Description + ".");
        }
    }
}

using System.CommandLine;
using Cairn.App;
using Cairn.App.Access;

namespace Cairn.Cli.Commands;

/// <summary>Where a backup's packs go: into which class, and by way of which spool.</summary>
sealed class SpoolOptions
{
    readonly Option<string?> _dataClass = CommonOptions.DataClass();
    readonly Option<string?> _hotBelow = new("--hot-below")
    {
        Description = "With --data-class: files smaller than this stay in the usual class (128K); 0 for none",
        HelpName = "SIZE",
    };
    readonly Option<string?> _spool =
        CommonOptions.Spool("Leave the backup in this folder; \"cairn push\" sends and commits it");
    readonly Option<string?> _spoolSize = new("--spool-size")
    {
        Description = "Wait for a push when packs of so many bytes lie in the spool: 20G", HelpName = "SIZE",
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_dataClass, _hotBelow, _spool, _spoolSize])
            command.Add(option);
    }

    public AccessOptions Read(ParseResult parsed, AccessOptions access)
    {
        access = access with { DataClass = parsed.GetValue(_dataClass), Spool = parsed.GetValue(_spool) };
        if (parsed.GetValue(_spoolSize) is { } size)
            access = access.Spool is not null
                ? access with { SpoolSize = Amounts.Size("--spool-size", size) }
                : throw new UsageException("--spool-size is for a backup into a spool", "add --spool DIR");
        if (parsed.GetValue(_hotBelow) is not { } below)
            return access;
        return access.DataClass is not null
            ? access with { HotBelow = below == "0" ? 0 : Amounts.Size("--hot-below", below) }
            : throw new UsageException(
                "--hot-below is for data in a storage class of its own", "add --data-class CLASS");
    }
}

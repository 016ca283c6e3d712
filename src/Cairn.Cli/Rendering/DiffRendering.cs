using Cairn.App.Reading;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Operations.Diff;

namespace Cairn.Cli.Rendering;

/// <summary>Prints differences as they come, and counts them for the summary.</summary>
sealed class DiffRendering(Output output)
{
    long _added, _removed, _changed, _metadata, _bytesAdded, _bytesRemoved;

    public long Differences => _added + _removed + _changed + _metadata;

    public void Print(DiffEntry entry)
    {
        var (sign, change, colour) = Describe(entry);
        Count(entry, change);
        var entryShown = (entry.After ?? entry.Before)!;
        var name = (entry.IsStream ? "" : "/") + ByteText.Show(entry.Path)
            + (entryShown.Kind == EntryKind.Directory ? "/" : "");
        output.Result(output.Paint(colour, $"{sign} {name}") + SizeText(entry) + EntryText.KeptText(entryShown));
        output.Event("difference", writer =>
        {
            writer.WriteString("change", change);
            writer.WriteName("path", entry.IsStream ? entry.Path.Span : [(byte)'/', .. entry.Path.Span]);
            writer.WriteString("kind", EntryText.KindName(entryShown.Kind));
            if (entry.Before is { } before)
                writer.WriteNumber("sizeBefore", before.Size);
            if (entry.After is { } after)
                writer.WriteNumber("sizeAfter", after.Size);
        });
    }

    public void Print(DiffReport report)
    {
        output.Summary(
            $"{report.Before.ShortId} to {report.After.ShortId}: {HumanText.Count(_added)} added, "
            + $"{HumanText.Count(_removed)} removed, {HumanText.Count(_changed)} changed, "
            + $"{HumanText.Count(_metadata)} in metadata only");
        output.Summary($"  {HumanText.Size(_bytesAdded)} came, {HumanText.Size(_bytesRemoved)} went");
        if (report.New is { } added)
            output.Summary(
                $"  new data: {HumanText.Size(added.DataBytes)}, stored as {HumanText.Size(added.StoredBytes)}");
        output.Event("summary", writer =>
        {
            writer.WriteString("command", "diff");
            writer.WriteString("before", report.Before.Id);
            writer.WriteString("after", report.After.Id);
            writer.WriteNumber("added", _added);
            writer.WriteNumber("removed", _removed);
            writer.WriteNumber("changed", _changed);
            writer.WriteNumber("metadataOnly", _metadata);
            writer.WriteNumber("bytesAdded", _bytesAdded);
            writer.WriteNumber("bytesRemoved", _bytesRemoved);
            if (report.New is { } data)
            {
                writer.WriteNumber("newBytes", data.DataBytes);
                writer.WriteNumber("newBytesStored", data.StoredBytes);
            }
        });
    }

    static (string Sign, string Change, string Colour) Describe(DiffEntry entry)
    {
        if (entry.Before is null)
            return ("+", "added", Colours.Green);
        if (entry.After is null)
            return ("-", "removed", Colours.Red);
        if ((entry.Changes & EntryChanges.Kind) != 0)
            return ("T", "kind", Colours.Yellow);
        return (entry.Changes & EntryChanges.Content) != 0
            ? ("M", "content", Colours.Yellow)
            : ("m", "metadata", Colours.Cyan);
    }

    void Count(DiffEntry entry, string change)
    {
        _ = change switch
        {
            "added" => _added++,
            "removed" => _removed++,
            "metadata" => _metadata++,
            _ => _changed++,
        };
        if (change == "metadata")
            return;
        _bytesAdded += entry.After?.Size ?? 0;
        _bytesRemoved += entry.Before?.Size ?? 0;
    }

    static string SizeText(DiffEntry entry) => (entry.Before, entry.After) switch
    {
        (null, { HasContent: true } added) => $"  {HumanText.Size(added.Size)}",
        ({ HasContent: true } removed, null) => $"  {HumanText.Size(removed.Size)}",
        ({ HasContent: true } before, { HasContent: true } after) when (entry.Changes & EntryChanges.Content) != 0 =>
            $"  {HumanText.Size(before.Size)} to {HumanText.Size(after.Size)}",
        _ => "",
    };
}

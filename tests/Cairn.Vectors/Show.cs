using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Snapshots;

namespace Cairn.Vectors;

/// <summary>
/// The canonical text of what objects hold, one fact a line: what a success is compared with. Texts and names are shown
/// as they are if they are plain ASCII, else as <c>hex:</c>.
/// </summary>
public static partial class Show
{
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Text(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
            if (value is <= (byte)' ' or > (byte)'~')
                return "hex:" + Convert.ToHexStringLower(bytes);
        return bytes.IsEmpty ? "-" : Encoding.ASCII.GetString(bytes);
    }

    public static string Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    /// <summary>Contents are shown by their hash; short ones as hex too.</summary>
    public static string Content(ReadOnlySpan<byte> plain) =>
        $"length {plain.Length} sha256 {Convert.ToHexStringLower(SHA256.HashData(plain))}";

    public static string Ledger(Ledger ledger)
    {
        var text = new StringBuilder();
        text.Append($"kind {ledger.Kind.ToString().ToLowerInvariant()}\n");
        text.Append($"time {Time(ledger.Time)}\n");
        text.Append($"session {ledger.Session}\n");
        text.Append($"source {ledger.Source}\n");
        foreach (var tag in ledger.Tags)
            text.Append($"tag {tag}\n");
        text.Append($"previous {(ledger.Previous.IsFirst ? "none" : ledger.Previous.Hash?.ToString() ?? "unknown")}\n");
        foreach (var pack in ledger.Packs)
            text.Append($"pack {pack.Prefix} {Selection(pack)}\n");
        return text.ToString();
    }

    static string Selection(LedgerPack pack) => pack.NamesAll
        ? "all"
        : $"of {pack.RowCount}: {string.Join(' ', Enumerable.Range(0, (int)pack.RowCount).Where(pack.Names))}";

    public static string Contained(ReadOnlyMemory<byte> stored)
    {
        var name = IndexCodec.NameOf(stored);
        return $"contains {name.Ulid}-{name.Hash}\n";
    }

    public static string Table(PackTable table)
    {
        var text = new StringBuilder();
        text.Append($"pack {table.Name}\n");
        text.Append($"kind {table.Kind.ToString().ToLowerInvariant()}\n");
        text.Append($"size {table.PackSize}\n");
        foreach (var key in table.Keys)
            text.Append($"key suite {key.Suite} epoch {key.Epoch} box {key.SealedBox.Hex()}\n");
        foreach (var author in table.Authors)
            text.Append($"author {author}\n");
        foreach (var row in table.Rows)
            text.Append(
                $"row {row.Id} kind {(int)row.Kind} codec {(int)row.Codec} stored {row.StoredLength} "
                + $"plain {row.PlainLength} key {row.Key} ordinal {row.Ordinal} author {row.Author}\n");
        return text.ToString();
    }

    public static string Blob(int row, ReadOnlySpan<byte> plain) => $"blob {row} {Content(plain)}\n";

    public static string Slot(KeySlot slot)
    {
        var text = new StringBuilder();
        text.Append($"kind {slot.Kind.ToString().ToLowerInvariant()}\n");
        text.Append($"slot {slot.Id}\n");
        text.Append($"label {Text(slot.Label)}\n");
        text.Append($"created {Time(slot.Created)}\n");
        text.Append($"recipient {slot.Recipient}\n");
        if (slot.Passphrase is { } passphrase)
        {
            var salt = new byte[16];
            passphrase.Salt.CopyTo(salt);
            text.Append($"argon2id salt {salt.Hex()} memory {passphrase.MemoryKiB} passes {passphrase.Passes}\n");
        }
        if (!slot.WrappedSecret.IsEmpty)
            text.Append($"wrapped {slot.WrappedSecret.Hex()}\n");
        foreach (var (epoch, box) in slot.Seals.OrderBy(seal => seal.Key))
            text.Append($"seal {epoch} {box.Hex()}\n");
        return text.ToString();
    }

    public static string Roster(Roster roster)
    {
        var text = new StringBuilder();
        text.Append($"sequence {roster.Sequence}\n");
        text.Append($"previous {roster.Previous?.ToString() ?? "none"}\n");
        text.Append($"created {Time(roster.Created)}\n");
        foreach (var slot in roster.Slots.Order())
            text.Append($"slot {slot}\n");
        foreach (var epoch in roster.Epochs)
            text.Append($"epoch {epoch}\n");
        return text.ToString();
    }

    public static string Snapshot(SnapshotInfo info)
    {
        var text = new StringBuilder();
        text.Append($"started {Time(info.Time)}\n");
        text.Append($"finished {Time(info.Finished)}\n");
        text.Append($"host-name {Text(info.HostName)}\n");
        text.Append($"user-name {Text(info.UserName)}\n");
        text.Append($"source {Text(info.Source)}\n");
        foreach (var root in info.Roots)
            text.Append($"root {Text(root.Span)}\n");
        foreach (var tag in info.Tags)
            text.Append($"tag {Text(tag)}\n");
        text.Append($"manifest {info.Manifest} level {info.ManifestLevel}\n");
        text.Append($"files {info.Statistics.Files} directories {info.Statistics.Directories} ");
        text.Append($"others {info.Statistics.Others} bytes {info.Statistics.Bytes}\n");
        foreach (var problem in info.Problems)
            text.Append(
                $"problem {Text(problem.Path.Span)} {Text(problem.Message)} {(problem.IsError ? "error" : "note")}\n");
        text.Append($"problems {info.ProblemCount}\n");
        text.Append($"program {Text(info.Program)}\n");
        text.Append($"parent {info.Parent?.ToString() ?? "none"}\n");
        if (info.Origin is { } origin)
            text.Append($"origin {origin.Repository} {origin.Snapshot} of {origin.HostKey}\n");
        return text.ToString();
    }
}

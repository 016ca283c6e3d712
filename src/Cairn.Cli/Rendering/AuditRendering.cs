using System.Text.Json;
using Cairn.Engine.Operations.Audit;

namespace Cairn.Cli.Rendering;

static class AuditRendering
{
    public static void Print(Output output, AuditResult result)
    {
        CheckRendering.Print(output, result.Findings);
        CheckRendering.WriteEvents(output, result.Findings);
        foreach (var line in Lines(result))
            output.Summary(line);
        output.Event("summary", writer => Write(writer, result));
    }

    static IEnumerable<string> Lines(AuditResult result)
    {
        AuditAmount[] all = [.. result.Proved.Values, result.Bad];
        var sum = Text(new AuditAmount(all.Sum(amount => amount.Objects), all.Sum(amount => amount.Bytes)));
        yield return (result.Asked > 0
            ? $"asked the store {HumanText.Count(result.Asked, "time", "times")} about {sum}"
            : $"went by the store's listing of {sum}") + "; no pack was read";
        yield return $"  content proved: {Text(result.Of(AuditLevel.Content))}"
            + (result.KeepsChecksums ? ", by the SHA-256 that the store keeps" : "");
        yield return $"  size proved, content not: {Text(result.Of(AuditLevel.Size))}";
        yield return $"  presence only: {Text(result.Of(AuditLevel.Presence))}"
            + (result.NotAllowed > 0
                ? $", {HumanText.Count(result.NotAllowed)} of them closed to these credentials" : "");
        if (result.Bad.Objects > 0)
            yield return $"  not what they should be: {Text(result.Bad)}";
        if (result.Locks is { } locks)
            yield return $"  locked as they should be: {HumanText.Count(locks.Good)} of "
                + HumanText.Count(locks.Needed, "needed object", "needed objects")
                + (locks.Earliest is { } end ? $"; the first lock ends {HumanText.Time(end)}" : "");
        if (!result.KeepsChecksums)
            yield return "this store keeps no SHA-256 of what it holds, so it cannot prove contents: "
                + "that takes cairn check --read-data";
        if (!result.SeesVersions)
            yield return "no versions were looked at, so what was overwritten shows only by its size";
        yield return result.IsDamaged ? "damage was found" : "nothing speaks for damage";
    }

    static void Write(Utf8JsonWriter writer, AuditResult result)
    {
        writer.WriteString("command", "audit");
        writer.WriteBoolean("isDamaged", result.IsDamaged);
        Write(writer, "contentProved", result.Of(AuditLevel.Content));
        Write(writer, "sizeProved", result.Of(AuditLevel.Size));
        Write(writer, "presenceOnly", result.Of(AuditLevel.Presence));
        Write(writer, "bad", result.Bad);
        writer.WriteNumber("asked", result.Asked);
        writer.WriteNumber("notAllowed", result.NotAllowed);
        writer.WriteBoolean("keepsChecksums", result.KeepsChecksums);
        writer.WriteBoolean("seesVersions", result.SeesVersions);
        if (result.Locks is not { } locks)
            return;
        writer.WriteNumber("needed", locks.Needed);
        writer.WriteNumber("wellLocked", locks.Good);
        if (locks.Earliest is { } earliest)
            writer.WriteTime("protectedUntil", earliest);
    }

    static void Write(Utf8JsonWriter writer, string name, AuditAmount amount)
    {
        writer.WriteNumber(name, amount.Objects);
        writer.WriteNumber($"{name}Bytes", amount.Bytes);
    }

    static string Text(AuditAmount amount) =>
        $"{HumanText.Count(amount.Objects, "object", "objects")} ({HumanText.Size(amount.Bytes)})";
}

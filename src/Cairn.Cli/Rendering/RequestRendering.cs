using System.Text.Json;
using Cairn.Storage.Http;

namespace Cairn.Cli.Rendering;

/// <summary>How often a run asked a remote store: what it charges for.</summary>
static class RequestRendering
{
    public static void Print(Output output, RequestCounts counts)
    {
        if (counts.Total == 0 || output.Options.Verbosity == 0)
            return;
        var kinds = new (string Name, long Count)[]
        {
            ("PUT", counts.Put), ("GET", counts.Get), ("HEAD", counts.Head), ("LIST", counts.List),
            ("DELETE", counts.Delete), ("other", counts.Other),
        };
        var parts = kinds.Where(kind => kind.Count > 0).Select(kind => $"{HumanText.Count(kind.Count)} {kind.Name}");
        output.Summary(
            $"  {HumanText.Count(counts.Total, "request", "requests")}: {string.Join(", ", parts)}; "
            + $"sent {HumanText.Size(counts.BytesSent)}, received {HumanText.Size(counts.BytesReceived)}");
    }

    public static void Write(Utf8JsonWriter writer, RequestCounts counts)
    {
        if (counts.Total == 0)
            return;
        writer.WriteStartObject("requests");
        writer.WriteNumber("put", counts.Put);
        writer.WriteNumber("get", counts.Get);
        writer.WriteNumber("head", counts.Head);
        writer.WriteNumber("list", counts.List);
        writer.WriteNumber("delete", counts.Delete);
        writer.WriteNumber("other", counts.Other);
        writer.WriteNumber("bytesSent", counts.BytesSent);
        writer.WriteNumber("bytesReceived", counts.BytesReceived);
        writer.WriteEndObject();
    }
}

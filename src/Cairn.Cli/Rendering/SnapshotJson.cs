using System.Text.Json;
using Cairn.Engine.Snapshots;

namespace Cairn.Cli.Rendering;

static class SnapshotJson
{
    public static void Write(Utf8JsonWriter writer, SnapshotInfo snapshot)
    {
        writer.WriteString("id", snapshot.Id);
        writer.WriteTime("time", snapshot.Time);
        writer.WriteTime("finished", snapshot.Finished);
        writer.WriteString("host", snapshot.HostName);
        writer.WriteString("user", snapshot.UserName);
        writer.WriteString("source", snapshot.Source);
        writer.WriteStartArray("roots");
        foreach (var root in snapshot.Roots)
        {
            writer.WriteStartObject();
            writer.WriteName("path", root.Span);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteNames("tags", snapshot.Tags);
        writer.WriteNumber("files", snapshot.Statistics.Files);
        writer.WriteNumber("bytes", snapshot.Statistics.Bytes);
        writer.WriteNumber("bytesStored", snapshot.Statistics.BytesStored);
        writer.WriteNumber("problems", snapshot.ProblemCount);
        writer.WriteString("program", snapshot.Program);
        if (snapshot.Origin is { } origin)
            Write(writer, snapshot, origin);
    }

    static void Write(Utf8JsonWriter writer, SnapshotInfo snapshot, SnapshotOrigin origin)
    {
        writer.WriteStartObject("copyOf");
        writer.WriteString("id", origin.Snapshot.ToString());
        writer.WriteString("repository", origin.Repository.ToString());
        writer.WriteString("host", origin.Host.ToString());
        writer.WriteString("publicKey", origin.HostKey.ToString());
        writer.WriteBoolean("isVerified", origin.FindFault(snapshot) is null);
        writer.WriteEndObject();
    }
}

using System.Buffers;
using System.Text.Json;
using Cairn.App.Text;

namespace Cairn.Cli.Rendering;

/// <summary>The form of an event: one JSON object in one line, its version and type in front (docs/json.md).</summary>
static class JsonEvent
{
    public const int SchemaVersion = 1;

    static readonly JsonWriterOptions Options = new()
    {
        // Not for a web page: letters stay letters.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static ReadOnlyMemory<byte> Write(string type, Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v", SchemaVersion);
            writer.WriteString("type", type);
            content(writer);
            writer.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    /// <summary>A name as text, and if it is no UTF-8 its bytes as well, under NAMEBytes in base64.</summary>
    public static void WriteName(this Utf8JsonWriter writer, string property, ReadOnlySpan<byte> name)
    {
        if (ByteText.IsUtf8(name))
        {
            writer.WriteString(property, name);
            return;
        }
        writer.WriteString(property, ByteText.Show(name));
        writer.WriteBase64String($"{property}Bytes", name);
    }

    public static void WriteTime(this Utf8JsonWriter writer, string property, DateTimeOffset time) =>
        writer.WriteString(
        property, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
            System.Globalization.CultureInfo.InvariantCulture));

    public static void WriteNames(this Utf8JsonWriter writer, string property, IEnumerable<string> values)
    {
        writer.WriteStartArray(property);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}

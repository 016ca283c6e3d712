using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cairn.App.Selecting;

namespace Cairn.App.Configuration;

/// <summary>What an editor needs to check and complete <c>config.yaml</c>: JSON Schema, draft 2020-12.</summary>
public static class ConfigurationSchema
{
    static readonly JsonWriterOptions Options = new()
    {
        Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Every key with what it means, in the order of the documentation.</summary>
    public static IEnumerable<(string Name, string Description)> Descriptions =>
        ConfigurationKeys.All.Select(key => (key.Name, key.Description));

    /// <summary>The same for what stands below a job.</summary>
    public static IEnumerable<(string Name, string Description)> JobDescriptions =>
        JobKeys.All.Select(key => (key.Name, key.Description));

    static string RulePattern =>
        $"^(({string.Join('|', RuleText.WithArgument)}) .+|{string.Join('|', RuleText.WithoutArgument)})$";

    public static string Print()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            writer.WriteString("title", "Configuration of Cairn");
            WriteObject(writer, ConfigurationKeys.All);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    static void WriteObject(Utf8JsonWriter writer, IReadOnlyList<ConfigurationKey> keys)
    {
        writer.WriteString("type", "object");
        writer.WriteBoolean("additionalProperties", value: false);
        writer.WriteStartObject("properties");
        foreach (var key in keys)
        {
            writer.WriteStartObject(key.Name);
            writer.WriteString("description", key.Description);
            WriteType(writer, key);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    static void WriteList(Utf8JsonWriter writer, string? pattern)
    {
        writer.WriteString("type", "array");
        writer.WriteStartObject("items");
        writer.WriteString("type", "string");
        if (pattern is null)
            writer.WriteNumber("minLength", 1);
        else
            writer.WriteString("pattern", pattern);
        writer.WriteEndObject();
    }

    static void WriteType(Utf8JsonWriter writer, ConfigurationKey key)
    {
        switch (key.Kind)
        {
            case ConfigurationKind.List:
                WriteList(writer, pattern: null);
                break;
            case ConfigurationKind.Rules:
                WriteList(writer, RulePattern);
                break;
            case ConfigurationKind.Compression:
                WriteList(writer, "^.+=([1-9]|1[0-9]|none)$");
                break;
            case ConfigurationKind.TextOrList:
                writer.WriteStartArray("type");
                writer.WriteStringValue("string");
                writer.WriteStringValue("array");
                writer.WriteEndArray();
                break;
            case ConfigurationKind.Jobs:
                writer.WriteString("type", "object");
                writer.WriteNumber("minProperties", 1);
                writer.WriteStartObject("additionalProperties");
                WriteObject(writer, JobKeys.All);
                writer.WriteEndObject();
                break;
            case ConfigurationKind.Switch:
                writer.WriteString("type", "boolean");
                break;
            case ConfigurationKind.Choice:
                writer.WriteStartArray("enum");
                foreach (var choice in key.Choices)
                    writer.WriteStringValue(choice);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteString("type", "string");
                writer.WriteNumber("minLength", 1);
                if (key.Kind == ConfigurationKind.Address)
                    writer.WriteString("pattern", "^https?://");
                else if (key.Kind == ConfigurationKind.Duration)
                    writer.WriteString("pattern", "^([0-9]+[smhD])+$");
                break;
        }
    }
}

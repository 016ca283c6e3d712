using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cairn.App.Policies;

/// <summary>Statements in the form that Amazon and its likes take.</summary>
public static class PolicyDocument
{
    static readonly JsonWriterOptions Form = new()
    {
        Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="principal">
    /// For a policy of the bucket: whom it is for. Null for one that is attached to a user or role.
    /// </param>
    public static byte[] Write(IReadOnlyList<PolicyStatement> statements, string? principal)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Form))
        {
            writer.WriteStartObject();
            writer.WriteString("Version", "2012-10-17");
            writer.WriteStartArray("Statement");
            foreach (var statement in statements)
                Write(writer, statement, principal);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }

    static void Write(Utf8JsonWriter writer, PolicyStatement statement, string? principal)
    {
        writer.WriteStartObject();
        writer.WriteString("Sid", statement.Name);
        writer.WriteString("Effect", "Allow");
        if (principal is not null)
        {
            writer.WriteStartObject("Principal");
            Write(writer, "AWS", [principal]);
            writer.WriteEndObject();
        }
        Write(writer, "Action", statement.Actions);
        Write(writer, "Resource", statement.Resources);
        if (statement.Conditions.Count > 0)
        {
            writer.WriteStartObject("Condition");
            foreach (var condition in statement.Conditions)
            {
                writer.WriteStartObject(condition.Operator);
                Write(writer, condition.Key, condition.Values);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}

using System.Collections;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Cairn.Vectors;

public static partial class Show
{
    /// <summary>A record by the names of records.proto: one line a field or item, defaults left out, parts
    /// indented.</summary>
    public static string Record(IMessage record)
    {
        var text = new StringBuilder();
        Append(text, record, "");
        return text.ToString();
    }

    static void Append(StringBuilder text, IMessage record, string indent)
    {
        foreach (var field in record.Descriptor.Fields.InFieldNumberOrder())
        {
            var value = field.Accessor.GetValue(record);
            foreach (var item in value is IEnumerable list and not (string or ByteString)
                ? list.Cast<object>() : [value])
                Append(text, field, item, indent);
        }
    }

    static void Append(StringBuilder text, FieldDescriptor field, object? value, string indent)
    {
        if (value is IMessage part)
        {
            text.Append($"{indent}{field.Name}\n");
            Append(text, part, indent + "  ");
        }
        else if (value is not null && (field.IsRepeated || !IsDefault(value)))
        {
            text.Append($"{indent}{field.Name} {TextOf(field, value)}\n");
        }
    }

    static bool IsDefault(object value) => value switch
    {
        string text => text.Length == 0,
        ByteString bytes => bytes.IsEmpty,
        bool flag => !flag,
        _ => Convert.ToInt64(value) == 0,
    };

    static string TextOf(FieldDescriptor field, object value) => value switch
    {
        string text => Text(text),
        ByteString bytes => Convert.ToHexStringLower(bytes.Span),
        Enum number => field.EnumType.FindValueByNumber(Convert.ToInt32(number)).Name,
        bool flag => flag ? "yes" : "no",
        _ => Convert.ToInt64(value).ToString(),
    };
}

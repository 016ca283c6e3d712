using System.Text;

namespace Cairn.Vectors;

/// <summary>One scenario: what to read, with which keys, and what must come of it. Its file is described in
/// vectors/README.md.</summary>
public sealed record Vector
{
    public const string Success = "success";
    const int BytesPerLine = 32;

    /// <summary>Folder and name of the file, without its extension.</summary>
    public required string Scenario { get; init; }
    public required string Decoder { get; init; }
    public required string Expect { get; init; }

    /// <summary>Ids of the rules of docs/format.md that it shows; see <see cref="Rules"/>.</summary>
    public required string[] Rules { get; init; }
    public required string Comment { get; init; }

    /// <summary>Inputs: keys, parameters, names.</summary>
    public (string Key, string Value)[] Fields { get; init; } = [];

    /// <summary>The object's name in the repository.</summary>
    public string? Name { get; init; }

    public byte[]? Object { get; init; }

    /// <summary>What a success holds; of a failure what is released before it.</summary>
    public string Content { get; init; } = "";

    public bool IsSuccess => Expect == Success;

    public string Field(string key) => Fields.First(field => field.Key == key).Value;

    public IEnumerable<string> AllOf(string key) =>
        Fields.Where(field => field.Key == key).Select(field => field.Value);

    public string Format()
    {
        var text = new StringBuilder();
        Line(text, "scenario", Scenario);
        Line(text, "decoder", Decoder);
        Line(text, "expect", Expect);
        Line(text, "rules", string.Join(", ", Rules));
        Line(text, "comment", Comment);
        foreach (var (key, value) in Fields)
            Line(text, key, value);
        if (Name is not null)
            Line(text, "name", Name);
        if (Object is { } bytes)
        {
            Line(text, "object", $"{bytes.Length} bytes");
            foreach (var line in bytes.Chunk(BytesPerLine))
                text.Append("  ").Append(Convert.ToHexStringLower(line)).Append('\n');
        }
        if (Content.Length > 0)
            Block(text, IsSuccess ? "content" : "released", Content);
        return text.ToString();
    }

    public static Vector Parse(string text)
    {
        var fields = new List<(string Key, string Value, List<string> Lines)>();
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
                fields[^1].Lines.Add(line[2..]);
            else if (line.IndexOf(':') is var colon && colon > 0)
                fields.Add((line[..colon], line[(colon + 1)..].TrimStart(' '), []));
            else
                throw new FormatException($"not a line of a vector: {line}");
        }
        string Take(string key) => Find(key) ?? throw new FormatException($"it has no {key}");
        string? Find(string key) =>
            fields.Where(field => field.Key == key).Select(field => field.Value).SingleOrDefault();
        var block = fields.SingleOrDefault(field => field.Key is "content" or "released");
        var hex = fields.SingleOrDefault(field => field.Key == "object");
        string[] known = ["scenario", "decoder", "expect", "rules", "comment", "name", "object", "content", "released"];
        return new Vector
        {
            Scenario = Take("scenario"), Decoder = Take("decoder"), Expect = Take("expect"),
            Rules = Take("rules").Split(", "), Comment = Take("comment"), Name = Find("name"),
            Fields = [.. fields.Where(field => !known.Contains(field.Key)).Select(field => (field.Key, field.Value))],
            Object = hex.Key is null ? null : Convert.FromHexString(string.Concat(hex.Lines)),
            Content = block.Key is null ? "" : string.Concat(block.Lines.Select(line => line + "\n")),
        };
    }

    static void Line(StringBuilder text, string key, string value) =>
        text.Append(key).Append(':').Append(value.Length > 0 ? " " : "").Append(value).Append('\n');

    static void Block(StringBuilder text, string key, string lines)
    {
        Line(text, key, "");
        foreach (var line in lines.TrimEnd('\n').Split('\n'))
            text.Append("  ").Append(line).Append('\n');
    }
}

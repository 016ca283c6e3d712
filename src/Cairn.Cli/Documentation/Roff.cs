using System.Text;

namespace Cairn.Cli.Documentation;

/// <summary>Writes a manual page in the man macros, so that no text is taken for a command of theirs.</summary>
sealed class Roff
{
    readonly StringBuilder _text = new();
    bool _isBelowHeading;

    public void Title(string name, string section, string date, string version, string manual) =>
        _text.Append($".TH \"{name}\" {section} {date} \"{version}\" \"{manual}\"\n");

    public void Section(string title) => Heading("SH", title);

    public void Subsection(string title) => Heading("SS", title);

    public void Paragraph(string text)
    {
        BeginParagraph();
        Line(text);
    }

    /// <summary>A term in bold, and what it means.</summary>
    public void Item(string term, string text)
    {
        _text.Append(".TP\n.B ").Append(Escape(term)).Append('\n');
        Line(text);
    }

    /// <summary>Text as it is, line for line.</summary>
    public void Example(params ReadOnlySpan<string> lines)
    {
        BeginParagraph();
        _text.Append(".nf\n.RS\n");
        foreach (var line in lines)
            Line(line);
        _text.Append(".RE\n.fi\n");
    }

    public override string ToString() => _text.ToString();

    void Heading(string macro, string title)
    {
        Macro(macro, title);
        _isBelowHeading = true;
    }

    // A heading begins one by itself.
    void BeginParagraph()
    {
        if (!_isBelowHeading)
            _text.Append(".PP\n");
    }

    void Line(string text)
    {
        _isBelowHeading = false;
        var escaped = Escape(text);
        _text.Append(escaped is ['.' or '\'', ..] ? "\\&" : "").Append(escaped).Append('\n');
    }

    void Macro(string name, params ReadOnlySpan<string> arguments)
    {
        _text.Append('.').Append(name);
        foreach (var argument in arguments)
            _text.Append(" \"").Append(Escape(argument).Replace("\"", "\\(dq", StringComparison.Ordinal)).Append('"');
        _text.Append('\n');
    }

    // Dashes that somebody may copy stay dashes.
    static string Escape(string text) => text
        .Replace("\\", "\\e", StringComparison.Ordinal)
        .Replace("-", "\\-", StringComparison.Ordinal)
        .Replace("'", "\\(aq", StringComparison.Ordinal)
        .Replace("^", "\\(ha", StringComparison.Ordinal)
        .Replace("~", "\\(ti", StringComparison.Ordinal)
        .Replace("`", "\\(ga", StringComparison.Ordinal)
        .ReplaceLineEndings(" ");
}

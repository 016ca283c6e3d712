using System.Text;
using System.Text.RegularExpressions;
using Cairn.Engine.Entries;

namespace Cairn.Files.Selecting;

/// <summary>
/// Includes or excludes what has a match of a regular expression anywhere in its path; bytes that are no UTF-8 are
/// lone surrogates to it. Matching takes time in proportion to the path, whatever the expression.
/// </summary>
public sealed class RegexpRule : SelectionRule
{
    readonly Regex _expression;

    public RegexpRule(string expression, bool includes)
    {
        Includes = includes;
        Key = "regexp " + expression;
        try
        {
            _expression = new Regex(
                expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            throw new ArgumentException(
                $"The regular expression \"{expression}\" looks around or back, which could take for ever.");
        }
        catch (RegexParseException e)
        {
            throw new ArgumentException($"The regular expression \"{expression}\" is broken: {e.Message}");
        }
    }

    public override bool Includes { get; }

    internal override string Key { get; }

    internal override Finding Test(ReadOnlySpan<byte> path, EntryKind kind, ICandidate candidate, int sourceLength)
    {
        if (!_expression.IsMatch(ToText(path)))
            return Finding.Nothing;
        return Includes ? Finding.Include : Finding.Exclude;
    }

    static string ToText(ReadOnlySpan<byte> path)
    {
        if (System.Text.Unicode.Utf8.IsValid(path))
            return Encoding.UTF8.GetString(path);
        var text = new StringBuilder(path.Length);
        while (!path.IsEmpty)
        {
            var isValid = Rune.DecodeFromUtf8(path, out var rune, out var used) == System.Buffers.OperationStatus.Done;
            if (isValid)
                text.Append(rune.ToString());
            else
                text.Append((char)(0xdc00 + path[0]));
            path = path[(isValid ? used : 1)..];
        }
        return text.ToString();
    }
}

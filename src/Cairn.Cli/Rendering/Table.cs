using System.Text;

namespace Cairn.Cli.Rendering;

/// <summary>Columns as wide as their widest cell; those named in <paramref name="rightAligned"/> end
/// together.</summary>
sealed class Table(string[] titles, params int[] rightAligned)
{
    readonly List<string[]> _rows = [titles];

    public void Add(params string[] cells) => _rows.Add(cells);

    public IEnumerable<string> Lines()
    {
        var widths = new int[titles.Length];
        foreach (var row in _rows)
        {
            for (var i = 0; i < row.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].EnumerateRunes().Count());
        }
        foreach (var row in _rows)
        {
            var line = new StringBuilder();
            for (var i = 0; i < row.Length; i++)
            {
                var padding = new string(' ', widths[i] - row[i].EnumerateRunes().Count());
                line.Append(rightAligned.Contains(i) ? padding + row[i] : row[i] + padding).Append("  ");
            }
            yield return line.ToString().TrimEnd();
        }
    }
}

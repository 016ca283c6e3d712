namespace Cairn.App.Text;

/// <summary>Finds what somebody probably meant.</summary>
public static class NearestName
{
    const int NameMax = 64;

    /// <summary>The known name with the smallest edit distance; null if none is near.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        if (name.Length > NameMax)
            return null;
        var (nearest, distance) = known.Select(candidate => (candidate, Distance(name, candidate)))
            .MinBy(pair => pair.Item2);
        return distance <= Math.Max(2, name.Length / 3) ? nearest : null;
    }

    // Levenshtein, with neighbours swapped counting one: the commonest typing error.
    static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}

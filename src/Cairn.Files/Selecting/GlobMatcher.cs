namespace Cairn.Files.Selecting;

/// <summary>
/// Matches one pattern in time bounded by pattern × text × 2: of every kind of star only the last one met is ever
/// tried again, since an earlier one could reach nothing that the later one cannot.
/// </summary>
static class GlobMatcher
{
    const int None = -1;

    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text)
    {
        int p = 0, t = 0;
        int star = None, starText = 0;     // after the last '*', and where its run ends for now
        int globstar = None, globstarText = 0;
        var wholeComponents = false;       // the last '**' stood between slashes
        while (true)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                if (p + 1 < pattern.Length && pattern[p + 1] == '*')
                {
                    wholeComponents = IsBetweenSlashes(pattern, p);
                    p += wholeComponents ? 3 : 2;
                    (globstar, globstarText, star) = (p, t, None);
                }
                else
                    (star, starText) = (++p, t);
                continue;
            }
            if (p == pattern.Length && t == text.Length)
                return true;
            if (p < pattern.Length && t < text.Length && MatchOne(pattern, ref p, text[t]))
            {
                t++;
                continue;
            }
            if (star != None && starText < text.Length && text[starText] != '/')
                (p, t) = (star, ++starText);
            else if (globstar != None && Advance(text, ref globstarText, wholeComponents))
                (p, t, star) = (globstar, globstarText, None);
            else
                return false;
        }
    }

    /// <summary>Throws if a set has no end or the pattern ends in a backslash.</summary>
    public static void Check(ReadOnlySpan<byte> pattern)
    {
        for (var p = 0; p < pattern.Length; p++)
        {
            if (pattern[p] == '\\')
            {
                if (++p == pattern.Length)
                    throw new ArgumentException($"The pattern \"{PathText.Show(pattern)}\" ends in a backslash.");
            }
            else if (pattern[p] == '[')
            {
                p = SetEnd(pattern, p);
                if (p < 0)
                    throw new ArgumentException($"The pattern \"{PathText.Show(pattern)}\" has a [ without ].");
            }
        }
    }

    static bool IsBetweenSlashes(ReadOnlySpan<byte> pattern, int p) =>
        (p == 0 || pattern[p - 1] == '/') && p + 2 < pattern.Length && pattern[p + 2] == '/';

    static bool Advance(ReadOnlySpan<byte> text, ref int position, bool toNextComponent)
    {
        if (position >= text.Length)
            return false;
        var step = toNextComponent ? text[position..].IndexOf((byte)'/') + 1 : 1;
        position += step;
        return step > 0;
    }

    static bool MatchOne(ReadOnlySpan<byte> pattern, ref int p, byte value)
    {
        switch (pattern[p])
        {
            case (byte)'?':
                p++;
                return value != '/';
            case (byte)'[':
                var end = SetEnd(pattern, p);
                var set = pattern[(p + 1)..end];
                p = end + 1;
                return value != '/' && IsInSet(set, value);
            case (byte)'\\':
                p += 2;
                return pattern[p - 1] == value;
            default:
                return pattern[p++] == value;
        }
    }

    // A ']' right after '[' or '[!' belongs to the set.
    static int SetEnd(ReadOnlySpan<byte> pattern, int open)
    {
        var first = open + 1;
        if (first < pattern.Length && pattern[first] is (byte)'!' or (byte)'^')
            first++;
        var length = first + 1 < pattern.Length ? pattern[(first + 1)..].IndexOf((byte)']') : -1;
        return length < 0 ? -1 : first + 1 + length;
    }

    static bool IsInSet(ReadOnlySpan<byte> set, byte value)
    {
        var negated = set[0] is (byte)'!' or (byte)'^';
        if (negated)
            set = set[1..];
        for (var i = 0; i < set.Length; i++)
        {
            var isRange = i + 2 < set.Length && set[i + 1] == '-';
            var high = isRange ? set[i + 2] : set[i];
            if (value >= set[i] && value <= high)
                return !negated;
            if (isRange)
                i += 2;
        }
        return negated;
    }
}

using System.Buffers;
using System.Text;

namespace Cairn.Files.Selecting;

/// <summary>
/// Matches one pattern in time bounded by pattern × text × 2: of every kind of star only the last one met is ever
/// tried again, since an earlier one could reach nothing that the later one cannot.
/// </summary>
static class GlobMatcher
{
    const int None = -1;

    /// <summary>Only the whole text may match.</summary>
    public const int WholeOnly = int.MaxValue;

    const int BeyondUnicode = 0x110000; // here begin the bytes that are no UTF-8

    /// <param name="ignoreCase">Then the pattern is in lower case.</param>
    /// <param name="floor">A beginning that ends before a slash and is longer than this will do.</param>
    public static bool Matches(
        ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text, bool ignoreCase = false, int floor = WholeOnly)
    {
        int p = 0, t = 0;
        int star = None, starText = 0;     // after the last '*', and where its run ends for now
        int globstar = None, globstarText = 0;
        while (true)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                if (p + 1 < pattern.Length && pattern[p + 1] == '*')
                    (globstar, globstarText, star, p) = (p + 2, t, None, p + 2);
                else
                    (star, starText) = (++p, t);
                continue;
            }
            if (p == pattern.Length && (t == text.Length || t > floor && text[t] == '/'))
                return true;
            if (p < pattern.Length && t < text.Length && MatchOne(pattern, ref p, text, ref t, ignoreCase))
                continue;
            if (star != None && starText < text.Length && text[starText] != '/')
                (p, t) = (star, starText += LengthOf(text[starText..]));
            else if (globstar != None && globstarText < text.Length)
                (p, t, star) = (globstar, globstarText += LengthOf(text[globstarText..]), None);
            else
                return false;
        }
    }

    /// <summary>Throws for a set without an end, with a slash, or with a range that runs backwards.</summary>
    public static void Check(ReadOnlySpan<byte> pattern)
    {
        for (var p = 0; p < pattern.Length; p++)
        {
            if (pattern[p] != '[')
                continue;
            var end = SetEnd(pattern, p);
            if (end < 0)
                throw Wrong(pattern, "has a [ without ]");
            var set = pattern[(p + 1)..end];
            if (set.Contains((byte)'/'))
                throw Wrong(pattern, "has a slash between [ and ]");
            if (!IsOrdered(set))
                throw Wrong(pattern, "has a range between [ and ] that runs backwards");
            p = end;
        }
    }

    static ArgumentException Wrong(ReadOnlySpan<byte> pattern, string what) =>
        new($"The pattern \"{PathText.Show(pattern)}\" {what}.");

    static bool MatchOne(ReadOnlySpan<byte> pattern, ref int p, ReadOnlySpan<byte> text, ref int t, bool ignoreCase)
    {
        switch (pattern[p])
        {
            case (byte)'?':
                if (text[t] == '/')
                    return false;
                p++;
                t += LengthOf(text[t..]);
                return true;
            case (byte)'[':
                var end = SetEnd(pattern, p);
                if (!IsInSet(pattern[(p + 1)..end], Decode(text[t..], ignoreCase, out var used)))
                    return false;
                p = end + 1;
                t += used;
                return true;
            default:
                if (!ignoreCase)
                    return pattern[p++] == text[t++];
                if (Decode(pattern[p..], ignoreCase, out var wanted) != Decode(text[t..], ignoreCase, out used))
                    return false;
                p += wanted;
                t += used;
                return true;
        }
    }

    /// <summary>A character where there is one, else a byte.</summary>
    static int Decode(ReadOnlySpan<byte> text, bool lower, out int length)
    {
        length = 1;
        if (text[0] < 0x80)
            return lower && text[0] is >= (byte)'A' and <= (byte)'Z' ? text[0] | 0x20 : text[0];
        if (Rune.DecodeFromUtf8(text, out var rune, out var used) != OperationStatus.Done)
            return BeyondUnicode + text[0];
        length = used;
        return lower ? Rune.ToLowerInvariant(rune).Value : rune.Value;
    }

    static int LengthOf(ReadOnlySpan<byte> text)
    {
        if (text[0] < 0x80)
            return 1;
        return Rune.DecodeFromUtf8(text, out _, out var used) == OperationStatus.Done ? used : 1;
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

    static bool IsOrdered(ReadOnlySpan<byte> set)
    {
        set = set[(IsNegated(set) ? 1 : 0)..];
        while (!set.IsEmpty)
        {
            var (low, high) = TakeRange(ref set);
            if (low > high)
                return false;
        }
        return true;
    }

    static bool IsInSet(ReadOnlySpan<byte> set, int value)
    {
        var isNegated = IsNegated(set);
        if (isNegated)
            set = set[1..];
        while (!set.IsEmpty)
        {
            var (low, high) = TakeRange(ref set);
            if (value >= low && value <= high)
                return !isNegated;
        }
        return isNegated;
    }

    static bool IsNegated(ReadOnlySpan<byte> set) => set[0] is (byte)'!' or (byte)'^';

    static (int Low, int High) TakeRange(ref ReadOnlySpan<byte> set)
    {
        var low = Decode(set, lower: false, out var used);
        set = set[used..];
        if (set.Length < 2 || set[0] != '-')
            return (low, low);
        var high = Decode(set[1..], lower: false, out used);
        set = set[(1 + used)..];
        return (low, high);
    }
}

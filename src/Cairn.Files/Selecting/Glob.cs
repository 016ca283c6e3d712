using System.Text;

namespace Cairn.Files.Selecting;

/// <summary>
/// A pattern for absolute paths: <c>*</c> any run without a slash, <c>**</c> any run, <c>?</c> one character that is
/// no slash, <c>[a-z]</c> and <c>[!a-z]</c> one of a set; a character is UTF-8 where it can be, else a byte. Begins it
/// with a slash or <c>**</c>, it is for the whole path; else for names at any depth, as if <c>**/</c> stood in front. A
/// slash at the end restricts it to directories; <c>/</c> alone is everything. After <c>ignorecase:</c> upper and lower
/// case are the same.
/// </summary>
public sealed class Glob
{
    const string IgnoreCasePrefix = "ignorecase:";

    static ReadOnlySpan<byte> AnyDepth => "**/"u8;

    readonly byte[] _pattern;
    readonly byte[][] _above;
    readonly bool _onlyDirectories, _ignoreCase;

    // What a path must end with, byte by byte; and whether that is all that is asked of a name.
    readonly byte[] _tail;
    readonly bool _isTailAlone;

    public Glob(ReadOnlySpan<byte> pattern)
    {
        _ignoreCase = pattern.Length >= IgnoreCasePrefix.Length
            && Ascii.EqualsIgnoreCase(pattern[..IgnoreCasePrefix.Length], IgnoreCasePrefix);
        var text = _ignoreCase ? Lower(pattern[IgnoreCasePrefix.Length..]) : pattern;
        _onlyDirectories = text.Length > 1 && text[^1] == '/';
        if (_onlyDirectories)
            text = text[..^1];
        if (text.IsEmpty)
            throw new ArgumentException("A pattern must not be empty.", nameof(pattern));
        if (text.IndexOf("//"u8) >= 0 || _onlyDirectories && text[^1] == '/')
            throw new ArgumentException($"The pattern \"{PathText.Show(pattern)}\" has two slashes in a row.");
        IsAbsolute = text[0] == '/' || text.StartsWith("**"u8);
        _pattern = IsAbsolute ? text.SequenceEqual("/"u8) ? "/**"u8.ToArray() : text.ToArray() : [.. AnyDepth, .. text];
        GlobMatcher.Check(text);
        _above = Above(_pattern);
        // A set that excludes something matches a slash too.
        IsForNames = !IsAbsolute && text.IndexOfAny("/["u8) < 0 && text.IndexOf("**"u8) < 0;
        _tail = _ignoreCase ? [] : _pattern[(_pattern.AsSpan().LastIndexOfAny("*?]"u8) + 1)..];
        if (IsForNames && _tail.Length > text.Length)
            _tail = text.ToArray();
        // A character that the tail begins within would not be met there by the star.
        _isTailAlone = IsForNames && !_ignoreCase && _tail.Length == text.Length - 1 && text[0] == '*'
            && (_tail.Length == 0 || _tail[0] is < 0x80 or >= 0xC0);
    }

    /// <summary>Whether the last name of a path is all that it looks at.</summary>
    public bool IsForNames { get; }

    /// <summary>Whether it speaks of whole paths, not of names at any depth.</summary>
    public bool IsAbsolute { get; }

    public bool MatchesEverything =>
        !_onlyDirectories && (_pattern.AsSpan().SequenceEqual("**"u8) || _pattern.AsSpan().SequenceEqual("/**"u8));

    /// <summary>Whether it matches the path itself.</summary>
    public bool Matches(ReadOnlySpan<byte> path, bool isDirectory)
    {
        if (_onlyDirectories && !isDirectory || !path.EndsWith(_tail))
            return false;
        if (IsForNames)
            return _isTailAlone || GlobMatcher.Matches(
                _pattern.AsSpan(AnyDepth.Length), path[(path.LastIndexOf((byte)'/') + 1)..], _ignoreCase);
        // A stream has no slash in front: there only a pattern for names can match.
        var isName = !IsAbsolute && !path.StartsWith("/"u8);
        return GlobMatcher.Matches(isName ? _pattern.AsSpan(AnyDepth.Length) : _pattern, path, _ignoreCase);
    }

    /// <summary>Whether it matches the path or a directory above it.</summary>
    /// <param name="floor">Directories with paths of no more bytes do not count.</param>
    public bool Covers(ReadOnlySpan<byte> path, bool isDirectory, int floor)
    {
        if (_onlyDirectories && !isDirectory && GlobMatcher.Matches(_pattern, path, _ignoreCase))
            return false;
        return GlobMatcher.Matches(_pattern, path, _ignoreCase, floor);
    }

    /// <summary>Whether a directory may have something beneath it that matches.</summary>
    public bool LeadsThrough(ReadOnlySpan<byte> directory)
    {
        foreach (var pattern in _above)
        {
            if (GlobMatcher.Matches(pattern, directory, _ignoreCase))
                return true;
        }
        return false;
    }

    // The pattern up to each slash; up to "**" it stands for any depth, whatever follows.
    static byte[][] Above(byte[] pattern)
    {
        var globstar = pattern.AsSpan().IndexOf("**"u8);
        var end = globstar < 0 ? pattern.Length : globstar + 2;
        var above = new List<byte[]>();
        for (var i = 0; i < end; i++)
        {
            if (pattern[i] == '/')
                above.Add(i == 0 ? "/"u8.ToArray() : pattern[..i]);
        }
        if (globstar >= 0)
            above.Add(pattern[..end]);
        return [.. above];
    }

    static byte[] Lower(ReadOnlySpan<byte> text)
    {
        var lower = new List<byte>(text.Length);
        Span<byte> encoded = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            var isValid = Rune.DecodeFromUtf8(text, out var rune, out var used) == System.Buffers.OperationStatus.Done;
            if (isValid)
                lower.AddRange(encoded[..Rune.ToLowerInvariant(rune).EncodeToUtf8(encoded)]);
            else
                lower.Add(text[0]);
            text = text[(isValid ? used : 1)..];
        }
        return [.. lower];
    }
}

namespace Cairn.Files.Selecting;

/// <summary>
/// A pattern for absolute paths, on bytes: <c>*</c> any run without a slash, <c>**</c> any run, <c>?</c> one byte that
/// is no slash, <c>[a-z]</c> and <c>[!a-z]</c> one of a set, <c>\</c> the next byte as it is. Without a slash it
/// matches the last component; with one in front the whole path; with one elsewhere a suffix of whole components.
/// A slash at the end restricts it to directories. <c>/**/</c> also stands for a single slash.
/// </summary>
public sealed class Glob
{
    enum Anchor { Name, Suffix, Path }

    readonly byte[] _pattern;
    readonly Anchor _anchor;
    readonly bool _onlyDirectories;

    public Glob(ReadOnlySpan<byte> pattern)
    {
        _onlyDirectories = pattern.Length > 1 && pattern[^1] == '/';
        _pattern = (_onlyDirectories ? pattern[..^1] : pattern).ToArray();
        if (_pattern.Length == 0)
            throw new ArgumentException("An exclusion pattern must not be empty.", nameof(pattern));
        GlobMatcher.Check(_pattern);
        _anchor = _pattern[0] == '/' ? Anchor.Path : _pattern.Contains((byte)'/') ? Anchor.Suffix : Anchor.Name;
    }

    public bool Matches(ReadOnlySpan<byte> path, bool isDirectory)
    {
        if (_onlyDirectories && !isDirectory)
            return false;
        switch (_anchor)
        {
            case Anchor.Path:
                return GlobMatcher.Matches(_pattern, path);
            case Anchor.Name:
                return GlobMatcher.Matches(_pattern, path[(path.LastIndexOf((byte)'/') + 1)..]);
            default:
                return MatchesSuffix(path);
        }
    }

    bool MatchesSuffix(ReadOnlySpan<byte> path)
    {
        while (true)
        {
            var slash = path.IndexOf((byte)'/');
            if (slash != 0 && GlobMatcher.Matches(_pattern, path))
                return true;
            if (slash < 0)
                return false;
            path = path[(slash + 1)..];
        }
    }
}

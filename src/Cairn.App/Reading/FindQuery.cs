using System.Buffers;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Files.Selecting;

namespace Cairn.App.Reading;

/// <summary>What a search looks for: patterns, kinds, sizes and times as one predicate. Any thread may ask.</summary>
sealed class FindQuery
{
    const int PathOnStackMax = 512;

    readonly FindRequest _request;
    readonly Glob[] _patterns;
    readonly bool _areForNames;

    public FindQuery(FindRequest request)
    {
        _request = request;
        try
        {
            _patterns = [.. request.Patterns.Select(pattern => new Glob(pattern.Span))];
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, "write a literal [ as [[]");
        }
        _areForNames = Array.TrueForAll(_patterns, pattern => pattern.IsForNames);
        Range = request.Patterns.Count == 1 ? RangeOf(request.Patterns[0]) : ManifestRange.Everything;
    }

    /// <summary>What need not be looked at because the only pattern begins with a directory's name.</summary>
    public ManifestRange Range { get; }

    public bool Matches(byte @class, ReadOnlySpan<byte> directory, scoped in EntryRecord record)
    {
        if (_request.Kinds.Count > 0 && !_request.Kinds.Contains(record.Kind))
            return false;
        if (_request.SizeMin is { } min && (!record.HasContent || record.Size < min))
            return false;
        if (_request.SizeMax is { } max && (!record.HasContent || record.Size > max))
            return false;
        if (_request.NewerThan is { } newer && record.Modified.CompareTo(ToFileTime(newer)) < 0)
            return false;
        if (_request.OlderThan is { } older && record.Modified.CompareTo(ToFileTime(older)) > 0)
            return false;
        return MatchesPattern(@class, directory, record);
    }

    bool MatchesPattern(byte @class, ReadOnlySpan<byte> directory, scoped in EntryRecord record)
    {
        if (_patterns.Length == 0)
            return true;
        if (_areForNames)
            return MatchesAny(record.Name, record.Kind);
        // A stream has no slash in front; everything else has an absolute path.
        var length = @class == ManifestLimits.StreamClass ? record.Name.Length
            : directory.Length + record.Name.Length + (directory.IsEmpty ? 1 : 2);
        var rented = length > PathOnStackMax ? ArrayPool<byte>.Shared.Rent(length) : null;
        var path = rented is null ? stackalloc byte[PathOnStackMax] : rented;
        path = path[..length];
        if (length > record.Name.Length)
        {
            path[0] = (byte)'/';
            directory.CopyTo(path[1..]);
            path[length - record.Name.Length - 1] = (byte)'/';
        }
        record.Name.CopyTo(path[(length - record.Name.Length)..]);
        var matches = MatchesAny(path, record.Kind);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return matches;
    }

    bool MatchesAny(ReadOnlySpan<byte> path, EntryKind kind)
    {
        foreach (var pattern in _patterns)
        {
            if (pattern.Matches(path, isDirectory: kind == EntryKind.Directory))
                return true;
        }
        return false;
    }

    static ManifestRange RangeOf(ReadOnlyMemory<byte> pattern)
    {
        var text = pattern.Span;
        if (!text.StartsWith("/"u8) || text.SequenceEqual("/"u8))
            return ManifestRange.Everything;
        var wild = text.IndexOfAny("*?["u8);
        var known = wild < 0 ? text : text[..wild];
        var slash = known.TrimEnd((byte)'/').LastIndexOf((byte)'/');
        if (wild >= 0)
            slash = known.LastIndexOf((byte)'/');
        if (slash <= 0)
            return wild < 0 && text.Length > 1
                ? ManifestRange.Single(ManifestLimits.FileClass, default, NameOf(text[1..]))
                : ManifestRange.OfClass(ManifestLimits.FileClass);
        var directory = PathBytes.MakeInner(known[..slash]);
        return wild < 0
            ? ManifestRange.Single(ManifestLimits.FileClass, directory, NameOf(text[(slash + 1)..]))
            : ManifestRange.Below(ManifestLimits.FileClass, directory);
    }

    static byte[] NameOf(ReadOnlySpan<byte> text) => text.TrimEnd((byte)'/').ToArray();

    static FileTime ToFileTime(DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds();
        var ticks = time.UtcTicks - DateTimeOffset.FromUnixTimeSeconds(seconds).UtcTicks;
        return new FileTime(seconds, (uint)(ticks * TimeSpan.NanosecondsPerTick));
    }
}

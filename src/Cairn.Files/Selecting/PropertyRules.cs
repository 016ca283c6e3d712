using System.Globalization;
using Cairn.Engine.Entries;

namespace Cairn.Files.Selecting;

/// <summary>Excludes by what something is, not by its path.</summary>
public abstract class PropertyRule : SelectionRule
{
    public sealed override bool Includes => false;

    internal sealed override Finding Test(
        ReadOnlySpan<byte> path, EntryKind kind, ICandidate candidate, int sourceLength) =>
        Excludes(kind, candidate) ? Finding.Exclude : Finding.Nothing;

    internal abstract bool Excludes(EntryKind kind, ICandidate candidate);
}

/// <summary>Excludes directories that have something of a certain name.</summary>
public sealed class MarkerRule : PropertyRule
{
    readonly byte[] _name;

    public MarkerRule(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.Contains((byte)'/') || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
            throw new ArgumentException($"\"{PathText.Show(name)}\" is no name that a file in a directory can have.");
        _name = name.ToArray();
    }

    internal override string Key => "marker " + PathText.Show(_name);

    internal override bool Excludes(EntryKind kind, ICandidate candidate) =>
        kind == EntryKind.Directory && candidate.Contains(_name);
}

/// <summary>Excludes directories that a program marked as its cache (bford.info/cachedir).</summary>
public sealed class CacheRule : PropertyRule
{
    internal override string Key => "caches";

    internal override bool Excludes(EntryKind kind, ICandidate candidate) => kind == EntryKind.Directory
        && candidate.ContainsFile("CACHEDIR.TAG"u8, "Signature: 8a477f597d28d172789f06886806bc55"u8);
}

/// <summary>Excludes regular files of more than some bytes.</summary>
public sealed class LargerRule(long bytes) : PropertyRule
{
    internal override string Key => "larger " + bytes.ToString(CultureInfo.InvariantCulture);

    internal override bool Excludes(EntryKind kind, ICandidate candidate) =>
        kind == EntryKind.File && candidate.SizeAndTime is { } seen && seen.Size > bytes;
}

/// <summary>Excludes regular files that were modified before a time.</summary>
public sealed class OlderRule(FileTime time) : PropertyRule
{
    internal override string Key => string.Create(CultureInfo.InvariantCulture, $"older {time}");

    internal override bool Excludes(EntryKind kind, ICandidate candidate) =>
        kind == EntryKind.File && candidate.SizeAndTime is { } seen && seen.Modified.CompareTo(time) < 0;
}

/// <summary>Excludes device files.</summary>
public sealed class DeviceRule : PropertyRule
{
    internal override string Key => "devices";

    internal override bool Excludes(EntryKind kind, ICandidate candidate) =>
        kind is EntryKind.CharacterDevice or EntryKind.BlockDevice;
}

using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Restore;

namespace Cairn.Engine.Operations.Drill;

/// <summary>
/// What of a snapshot a drill restores: the files whose places lie in an arc. Directories come along with what is in
/// them; streams are read, but none becomes a file.
/// </summary>
public sealed class DrillSample : IRestoreSelection
{
    readonly DrillCircle _circle;
    readonly HashSet<ulong> _tooLarge;
    readonly bool _takesDevices;

    internal DrillSample(DrillCircle circle, DrillArc arc, HashSet<ulong> tooLarge, bool takesDevices)
    {
        (_circle, Arc, _tooLarge, _takesDevices) = (circle, arc, tooLarge, takesDevices);
    }

    public DrillArc Arc { get; }

    /// <summary>Links and the like included, streams not.</summary>
    public long Files { get; init; }

    /// <summary>Of files: what they take on a disk.</summary>
    public long Bytes { get; init; }

    /// <summary>Names.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Streams { get; init; } = [];
    public long StreamBytes { get; init; }

    /// <summary>In the arc, but larger than one file may be: left out.</summary>
    public long FilesTooLarge { get; init; }

    public RestoreVerdict Decide(ReadOnlySpan<byte> path, EntryKind kind)
    {
        if (kind is EntryKind.Directory or EntryKind.Stream
            || (!_takesDevices && kind is EntryKind.BlockDevice or EntryKind.CharacterDevice))
            return RestoreVerdict.Pass;
        var place = _circle.PlaceOf(path);
        return Arc.Contains(place) && !_tooLarge.Contains(place) ? RestoreVerdict.Include : RestoreVerdict.Pass;
    }
}

using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Drill;

public sealed record DrillPlanOptions
{
    /// <summary>Larger files are left out, and counted; null: none is.</summary>
    public long? FileBytesMax { get; init; }

    /// <summary>Device nodes, which only root can make.</summary>
    public required bool TakesDevices { get; init; }
}

/// <summary>So many files are larger than is allowed that a drill would be no proof of anything.</summary>
public sealed class TooManyLargeFilesException(int count) : Exception(
    $"more than {count} files that are to be drilled are larger than the limit allows");

/// <summary>
/// Counts in one walk over the manifest what lies in the slices of an arc, so that the arc can be cut to a size that
/// is known only when all of it was counted. Memory does not grow with the snapshot.
/// </summary>
public sealed class DrillPlan
{
    const int Slices = 1024;
    const int TooLargeMax = 100_000;

    readonly DrillCircle _circle;
    readonly DrillArc _wanted;
    readonly DrillPlanOptions _options;
    readonly long[] _files = new long[Slices];
    readonly long[] _bytes = new long[Slices];
    readonly HashSet<ulong> _tooLarge = [];
    readonly List<Found> _streams = [];
    Found? _nearest;

    DrillPlan(DrillCircle circle, DrillArc wanted, DrillPlanOptions options) =>
        (_circle, _wanted, _options) = (circle, wanted, options);

    public DrillArc Wanted => _wanted;

    /// <summary>Of the whole arc: files and streams.</summary>
    public long Bytes => _bytes.Sum();

    public static async Task<DrillPlan> MakeAsync(
        ReadSession session, SnapshotInfo snapshot, DrillCircle circle, DrillArc wanted, DrillPlanOptions options,
        WorkMonitor monitor, CancellationToken cancellationToken)
    {
        var plan = new DrillPlan(circle, wanted, options);
        monitor.Expect(snapshot.Statistics.Files, bytes: 0);
        var manifest = SnapshotPath.Salvage(session, snapshot);
        var path = Array.Empty<byte>();
        await foreach (var (block, lost) in manifest.ReadAsync(ManifestRange.Everything, cancellationToken))
        {
            // The restore tells of it, and of what it costs.
            if (lost is not null)
                continue;
            for (var i = 0; i < block.Entries.Length; i++)
                plan.Add(block.Class, block.Path.Span, block.Entries.Span[i], ref path);
            monitor.Add(block.Entries.Length, bytes: 0);
        }
        return plan;
    }

    void Add(byte @class, ReadOnlySpan<byte> directory, Entry entry, ref byte[] path)
    {
        if (entry.Kind == EntryKind.Directory
            || (!_options.TakesDevices && entry.Kind is EntryKind.BlockDevice or EntryKind.CharacterDevice))
            return;
        var isStream = @class == ManifestLimits.StreamClass;
        var place = _circle.PlaceOf(isStream ? entry.Name.Span : PathOf(directory, entry.Name.Span, ref path));
        var found = new Found(place, entry.Size, isStream ? entry.Name.ToArray() : null);
        if (_nearest is not { } nearest || _wanted.DistanceTo(place) < _wanted.DistanceTo(nearest.Place))
            _nearest = found;
        if (!_wanted.Contains(place))
            return;
        if (IsTooLarge(found))
        {
            if (_tooLarge.Add(place) && _tooLarge.Count > TooLargeMax)
                throw new TooManyLargeFilesException(TooLargeMax);
            return;
        }
        var slice = _wanted.SliceOf(place, Slices);
        _files[slice] += isStream ? 0 : 1;
        _bytes[slice] += entry.Size;
        if (isStream)
            _streams.Add(found);
    }

    /// <param name="bytesMax">
    /// The arc is cut where this is reached, but never to nothing: the first slice of it is taken whatever it holds.
    /// </param>
    public DrillSample Take(long? bytesMax)
    {
        if (_wanted.Length == 0 || (_tooLarge.Count == 0 && _files.Sum() == 0 && _streams.Count == 0))
            return TakeNearest();
        var (count, bytes) = (0, 0L);
        for (; count < Slices; count++)
        {
            // What is empty belongs to what comes before it.
            if (count > 0 && _bytes[count] > 0 && bytes + _bytes[count] > bytesMax)
                break;
            bytes += _bytes[count];
        }
        return SampleOf(_wanted.First(count, Slices), _files[..count].Sum(), bytes);
    }

    // Small sources have no file in most arcs: a drill that restores nothing proves nothing.
    DrillSample TakeNearest()
    {
        if (_nearest is not { } found)
            return SampleOf(_wanted, files: 0, bytes: 0);
        var distance = _wanted.DistanceTo(found.Place);
        var isTaken = !IsTooLarge(found);
        if (!isTaken)
            _tooLarge.Add(found.Place);
        else if (found.Stream is not null)
            _streams.Add(found);
        return SampleOf(
            _wanted with { Length = DrillArc.Sum(distance, 1) }, isTaken && found.Stream is null ? 1 : 0,
            isTaken ? found.Size : 0);
    }

    DrillSample SampleOf(DrillArc arc, long files, long bytes)
    {
        var streams = _streams.Where(stream => arc.Contains(stream.Place)).ToList();
        var streamBytes = streams.Sum(stream => stream.Size);
        return new DrillSample(_circle, arc, _tooLarge, _options.TakesDevices)
        {
            Files = files, Bytes = bytes - streamBytes, StreamBytes = streamBytes,
            Streams = [.. streams.Select(stream => (ReadOnlyMemory<byte>)stream.Stream!)],
            FilesTooLarge = _tooLarge.Count(arc.Contains),
        };
    }

    bool IsTooLarge(Found found) => found.Size > _options.FileBytesMax;

    static ReadOnlySpan<byte> PathOf(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name, ref byte[] buffer)
    {
        var length = directory.Length + name.Length + 2;
        if (buffer.Length < length)
            buffer = new byte[length * 2];
        var end = 0;
        buffer[end++] = (byte)'/';
        if (!directory.IsEmpty)
        {
            directory.CopyTo(buffer.AsSpan(end));
            end += directory.Length;
            buffer[end++] = (byte)'/';
        }
        name.CopyTo(buffer.AsSpan(end));
        return buffer.AsSpan(0, end + name.Length);
    }

    /// <param name="Stream">Its name; null for a file.</param>
    readonly record struct Found(ulong Place, long Size, byte[]? Stream);
}

using Cairn.Engine.Operations;

namespace Cairn.Cli.Rendering;

/// <summary>Speed over the last while, and the time that is left at that speed.</summary>
sealed class ProgressEstimate
{
    static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    readonly Queue<(TimeSpan At, long Bytes, long Files)> _samples = [];

    public double BytesPerSecond { get; private set; }
    public double FilesPerSecond { get; private set; }

    /// <summary>Null while nobody can know.</summary>
    public TimeSpan? Left { get; private set; }

    /// <param name="elapsed">Since the beginning.</param>
    public void Add(TimeSpan elapsed, ProgressSample sample)
    {
        _samples.Enqueue((elapsed, sample.Bytes, sample.Files));
        while (_samples.Count > 2 && elapsed - _samples.Peek().At > Window)
            _samples.Dequeue();
        var (at, bytes, files) = _samples.Peek();
        var seconds = (elapsed - at).TotalSeconds;
        BytesPerSecond = seconds > 0 ? Math.Max(0, sample.Bytes - bytes) / seconds : 0;
        FilesPerSecond = seconds > 0 ? Math.Max(0, sample.Files - files) / seconds : 0;
        // Whichever takes longer: bytes for large files, entries for a million small ones.
        var forBytes = SecondsFor(sample.BytesTotal - sample.Bytes, BytesPerSecond);
        var forFiles = SecondsFor(sample.FilesTotal - sample.Files, FilesPerSecond);
        var left = Math.Max(forBytes ?? -1, forFiles ?? -1);
        Left = left >= 0 && left < TimeSpan.FromDays(365).TotalSeconds ? TimeSpan.FromSeconds(left) : null;
    }

    static double? SecondsFor(long? rest, double perSecond) =>
        rest is null || perSecond <= 0 ? null : Math.Max(0, rest.Value) / perSecond;
}

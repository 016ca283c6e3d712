using System.Net;
using Cairn.Engine.Storage;
using Cairn.Storage.Probing;

namespace Cairn.Storage.S3;

/// <param name="Facts">Null if too much could not be found out.</param>
public sealed record S3ProbeReport(IReadOnlyList<ProbeLine> Lines, S3Facts? Facts)
{
    /// <summary>A conditional PUT was accepted and overwrote, and nothing keeps what was overwritten.</summary>
    public bool LosesOverwritten { get; init; }
}

/// <summary>What an S3 server does beyond the contract, found out by doing it.</summary>
public sealed class S3Probe(S3Store store, S3Location location)
{
    public const string LockLine = "object lock";

    const int Writers = 8;

    /// <summary>Servers refuse more than fifteen minutes; locks would be wrong by as much.</summary>
    static readonly TimeSpan ClockOffsetMax = TimeSpan.FromMinutes(5);

    readonly ProbeKeys _keys = new();
    readonly S3ProbeObjects _objects = new(store, location);

    /// <param name="basis">What <see cref="StoreProbe"/> saw.</param>
    public async Task<S3ProbeReport> RunAsync(StoreProbe basis, CancellationToken cancellationToken)
    {
        var lines = new List<ProbeLine>();
        lines.AddRange(await basis.RunAsync(cancellationToken));
        lines.Add(Clock());
        if (location.Endpoint is { Scheme: "http", IsLoopback: false })
            lines.Add(new ProbeLine(
                "encryption on the way", ProbeVerdict.Limited,
                "the endpoint is http: contents are encrypted anyway, but who listens sees names and may cut in. "
                + "Use https if the server has it"));
        if (lines[0].Verdict != ProbeVerdict.Good)
            return new S3ProbeReport(lines, Facts: null);
        var createOnly = await CreateOnlyAsync(cancellationToken);
        var versions = await VersionsAsync(cancellationToken);
        var locks = await LockAsync(cancellationToken);
        lines.AddRange([createOnly, versions, locks, await ChecksumAsync(cancellationToken)]);
        await _objects.RemoveAsync(cancellationToken);
        var facts = new S3Facts(
            createOnly.Verdict == ProbeVerdict.Good, locks.Verdict == ProbeVerdict.Good, basis.ListsInOrder);
        return new S3ProbeReport(lines, facts)
        {
            LosesOverwritten = createOnly.Verdict == ProbeVerdict.Limited && _objects.WasOverwritten
                && versions.Verdict != ProbeVerdict.Good,
        };
    }

    ProbeLine Clock()
    {
        const string name = "clock";
        if (store.ClockOffset is not { } offset)
            return new ProbeLine(name, ProbeVerdict.Unknown, "the store does not tell its time");
        var seconds = Math.Abs(offset.TotalSeconds);
        return offset.Duration() <= ClockOffsetMax
            ? new ProbeLine(name, ProbeVerdict.Good, FormattableString.Invariant(
                $"this machine and the store agree on the time, to {seconds:0} s"))
            : new ProbeLine(name, ProbeVerdict.Limited, FormattableString.Invariant(
                $"this machine's clock is {seconds / 60:0} minutes off the store's: set it, best by NTP"));
    }

    Task<ProbeLine> CreateOnlyAsync(CancellationToken cancellationToken) => TryAsync("create only", async name =>
    {
        var key = _keys.Of("create-only");
        await _objects.PutAsync(key, [1], isConditional: true, cancellationToken: cancellationToken);
        var second = await _objects.TryPutConditionallyAsync(key, [2], cancellationToken);
        if (second == HttpStatusCode.NotImplemented)
            return new ProbeLine(
                name, ProbeVerdict.Limited, "the store does not know If-None-Match: Cairn looks before every PUT");
        if (await _objects.ReadAsync(key, cancellationToken) is not [1])
        {
            _objects.WasOverwritten = true;
            return new ProbeLine(
                name, ProbeVerdict.Limited,
                "the store accepts If-None-Match and overwrites all the same: Cairn looks before every PUT");
        }
        var racing = _keys.Of("race");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(
            i => _objects.TryPutConditionallyAsync(racing, [(byte)i], cancellationToken)));
        var winners = outcomes.Count(outcome => outcome == HttpStatusCode.OK);
        return winners == 1
            ? new ProbeLine(name, ProbeVerdict.Good, "the store refuses to overwrite, also when writers race")
            : new ProbeLine(
                name, ProbeVerdict.Limited,
                $"of {Writers} writers who raced for one name {winners} were told that they had it: "
                + "Cairn looks before every PUT");
    }, cancellationToken);

    Task<ProbeLine> VersionsAsync(CancellationToken cancellationToken) => TryAsync("versions", async name =>
    {
        var key = _keys.Of("versions");
        await _objects.PutAsync(key, [1], isConditional: false, cancellationToken: cancellationToken);
        await _objects.PutAsync(key, [2], isConditional: false, cancellationToken: cancellationToken);
        return await _objects.CountVersionsAsync(key, cancellationToken) >= 2
            ? new ProbeLine(name, ProbeVerdict.Good, "what is overwritten or deleted stays as a version")
            : new ProbeLine(
                name, ProbeVerdict.Limited,
                "what a stolen key overwrites or deletes is gone: turn versions on, if the store has them");
    }, cancellationToken);

    Task<ProbeLine> LockAsync(CancellationToken cancellationToken) => TryAsync(LockLine, async name =>
    {
        var found = await new S3Bucket(store, location).ReadDefaultLockAsync(cancellationToken);
        var probe = await _objects.ProbeLockAsync(_keys.Of("lock"), found is not null, cancellationToken);
        return probe switch
        {
            LockEffect.Holds when found is not null => new ProbeLine(
                name, ProbeVerdict.Good, $"every new object is locked {S3Bucket.Describe(found)}, and the lock holds"),
            LockEffect.Holds => new ProbeLine(
                name, ProbeVerdict.Good, "a lock set with an object holds; the bucket sets none by itself"),
            LockEffect.Ignored => new ProbeLine(
                name, ProbeVerdict.Limited,
                "the store accepts a lock, and removes the object all the same: do not rely on locks here"),
            _ => new ProbeLine(
                name, ProbeVerdict.Limited,
                "the bucket has no Object Lock: who has the right keys can delete backups for good. "
                + "cairn init --lock creates a bucket with it"),
        };
    }, cancellationToken);

    Task<ProbeLine> ChecksumAsync(CancellationToken cancellationToken) => TryAsync("checksums", async name =>
    {
        var key = _keys.Of("checksum");
        var isRefused = await _objects.IsWrongChecksumRefusedAsync(key, cancellationToken);
        var isKept = await _objects.KeepsChecksumAsync(_keys.Of("kept"), cancellationToken);
        if (isRefused && isKept)
            return new ProbeLine(name, ProbeVerdict.Good, "the store verifies a SHA-256 and keeps it");
        var message = isRefused ? "the store verifies a SHA-256 but does not keep it"
            : isKept ? "the store keeps a SHA-256 but does not verify it"
            : "the store neither verifies nor keeps a SHA-256";
        return new ProbeLine(
            name, ProbeVerdict.Limited, $"{message}: only check --read-data proves what is stored");
    }, cancellationToken);

    async Task<ProbeLine> TryAsync(
        string name, Func<string, Task<ProbeLine>> probe, CancellationToken cancellationToken)
    {
        try
        {
            return await probe(name);
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            return new ProbeLine(
                name, ProbeVerdict.Unknown, store.Errors.Translate(e, key: null, "probed").Message);
        }
    }
}

namespace Cairn.Testing.Simulated.Buckets;

/// <summary>First and last byte, both included, as in the Range header. An end behind the object's is cut.</summary>
public readonly record struct HttpRange(long First, long Last);

/// <param name="Body">All bytes, or those of the range.</param>
public sealed record GetAnswer(ObjectVersion Version, ReadOnlyMemory<byte> Body);

public sealed partial class SimulatedBucket
{
    public GetAnswer Get(Caller caller, string key, string? versionId = null, HttpRange? range = null) =>
        Request(caller, "GetObject", key, () =>
        {
            var version = Readable(caller, key, versionId);
            if (!version.IsReadableAt(Now))
                throw S3Errors.IsCold();
            return new GetAnswer(version, Cut(version.Content, range));
        });

    /// <summary>What is known of a version without its content, which may be cold.</summary>
    public ObjectVersion Head(Caller caller, string key, string? versionId = null) =>
        Request(caller, "HeadObject", key, () => Readable(caller, key, versionId));

    ObjectVersion Readable(Caller caller, string key, string? versionId)
    {
        Demand(caller.May(versionId is null ? S3Actions.GetObject : S3Actions.GetObjectVersion, key));
        var version = Existing(caller, key, versionId);
        if (version.IsDeleteMarker)
            throw versionId is null ? Missing(caller) : S3Errors.IsDeleteMarker();
        return version;
    }

    ObjectVersion Existing(Caller caller, string key, string? versionId) =>
        Find(key, versionId) ?? throw (versionId is null ? Missing(caller) : S3Errors.NoSuchVersion());

    // A GET carries no prefix, so a right to list that is bound to one does not tell what is missing from what is
    // forbidden.
    static S3Exception Missing(Caller caller) =>
        caller.May(S3Actions.ListBucket, "") ? S3Errors.NoSuchKey() : S3Errors.AccessDenied();

    static ReadOnlyMemory<byte> Cut(byte[] content, HttpRange? range)
    {
        if (range is not { } asked)
            return content;
        if (asked.First < 0 || asked.First > asked.Last || asked.First >= content.Length)
            throw S3Errors.InvalidRange();
        var first = (int)asked.First;
        var last = (int)Math.Min(asked.Last, content.Length - 1);
        return content.AsMemory(first, last - first + 1);
    }
}

namespace Cairn.Storage.Http;

/// <summary>What a remote store charges for, as counted where requests leave this machine: retries included.</summary>
/// <param name="BytesSent">Bodies only.</param>
/// <param name="BytesReceived">Bodies only.</param>
public readonly record struct RequestCounts(
    long Put, long Get, long Head, long List, long Delete, long Other, long BytesSent, long BytesReceived)
{
    public long Total => Put + Get + Head + List + Delete + Other;
}

enum RequestKind { Put, Get, Head, List, Delete, Other }

/// <summary>Counts the requests of a run. Any thread.</summary>
public sealed class RequestCounter
{
    readonly long[] _counts = new long[Enum.GetValues<RequestKind>().Length];
    long _sent, _received;

    public RequestCounts Counts => new(
        Read(RequestKind.Put), Read(RequestKind.Get), Read(RequestKind.Head), Read(RequestKind.List),
        Read(RequestKind.Delete), Read(RequestKind.Other), Interlocked.Read(ref _sent),
        Interlocked.Read(ref _received));

    internal void Add(RequestKind kind) => Interlocked.Increment(ref _counts[(int)kind]);

    internal void AddSent(int bytes) => Interlocked.Add(ref _sent, bytes);

    internal void AddReceived(int bytes) => Interlocked.Add(ref _received, bytes);

    long Read(RequestKind kind) => Interlocked.Read(ref _counts[(int)kind]);
}

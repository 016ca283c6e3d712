using Cairn.Storage.Http;

namespace Cairn.Storage.S3;

/// <summary>Tells requests apart as bills do.</summary>
static class S3Requests
{
    public static RequestKind Classify(HttpRequestMessage request)
    {
        var query = request.RequestUri?.Query ?? "";
        if (request.Method == HttpMethod.Get)
            return query.Contains("list-type=", StringComparison.Ordinal)
                || query.Contains("versions", StringComparison.Ordinal)
                    ? RequestKind.List
                    : RequestKind.Get;
        if (request.Method == HttpMethod.Put)
            return RequestKind.Put;
        if (request.Method == HttpMethod.Head)
            return RequestKind.Head;
        return request.Method == HttpMethod.Delete ? RequestKind.Delete : RequestKind.Other;
    }
}

using System.Globalization;
using Cairn.Engine.Storage;

namespace Cairn.Storage.S3;

/// <summary>
/// What an S3 URL says:
/// <c>s3://BUCKET[/PREFIX]?endpoint=…&amp;region=…&amp;profile=…&amp;path-style=…&amp;ca-file=…</c>. Keys never stand
/// in it.
/// </summary>
public sealed record S3Location
{
    public required string Bucket { get; init; }

    /// <summary>Empty, or with a slash at its end: what stands before every key.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Null for Amazon's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Null: from the environment or the profile, else us-east-1.</summary>
    public string? Region { get; init; }

    /// <summary>Of the AWS configuration files; null: from the environment, else the default one.</summary>
    public string? Profile { get; init; }

    /// <summary>Whether the bucket stands in the path and not in the host name.</summary>
    public bool PathStyle { get; init; }

    /// <summary>Absolute; PEM certificates that may sign the endpoint's, instead of the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Ask the machine it runs on (EC2) for credentials: elsewhere asking takes long and fails.</summary>
    public bool InstanceCredentials { get; init; }

    /// <summary>A request in which nothing moves for so long has failed; null for the usual time.</summary>
    public TimeSpan? Timeout { get; init; }

    const string Start = "s3://";
    const int TimeoutSecondsMax = 3600;

    static readonly string[] Parameters =
        ["endpoint", "region", "profile", "path-style", "ca-file", "instance-credentials", "timeout"];

    public static S3Location Parse(string text, string workingFolder)
    {
        var rest = text[Start.Length..];
        var query = rest.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? rest[(mark + 1)..] : "";
        var path = query.Length > 0 || rest.EndsWith('?') ? rest[..rest.IndexOf('?', StringComparison.Ordinal)] : rest;
        // Never repeated in a message: what stands before it may be a secret.
        if (path.Contains('@'))
            throw new StoreLocationException(
                "an S3 location names no keys, and no user: put the keys into the environment (AWS_ACCESS_KEY_ID, "
                + "AWS_SECRET_ACCESS_KEY) or into a profile, and name that with ?profile=NAME");
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? path : path[..slash];
        var prefix = slash < 0 ? "" : path[(slash + 1)..].TrimEnd('/');
        if (bucket.Length is < 3 or > 255 || bucket.AsSpan().ContainsAnyExcept(BucketLetters))
            throw new StoreLocationException(
                $"s3://{path}: \"{bucket}\" is no name of a bucket: it is written s3://BUCKET/PREFIX?endpoint=…");
        if (prefix.Length > 0 && !ObjectKey.IsPrefix(prefix + "/"))
            throw new StoreLocationException(
                $"s3://{path}: the part behind the bucket may have letters, digits and . _ - in names joined by /");
        var location = new S3Location { Bucket = bucket, Prefix = prefix.Length > 0 ? prefix + "/" : "" };
        var given = ParseQuery(path, query);
        foreach (var (name, value) in given)
            location = location.With(name, value, workingFolder);
        return given.ContainsKey("path-style") ? location : location with { PathStyle = location.Endpoint is not null };
    }

    S3Location With(string name, string value, string workingFolder) => name switch
    {
        "endpoint" => this with { Endpoint = ParseEndpoint(value) },
        "region" => this with { Region = value },
        "profile" => this with { Profile = value },
        "path-style" => this with { PathStyle = ParseFlag(name, value) },
        "ca-file" => this with { CaFile = Path.GetFullPath(value, workingFolder) },
        "timeout" => this with { Timeout = ParseTimeout(value) },
        _ => this with { InstanceCredentials = ParseFlag(name, value) },
    };

    static TimeSpan ParseTimeout(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds is >= 1 and <= TimeoutSecondsMax
            ? TimeSpan.FromSeconds(seconds)
            : throw new StoreLocationException($"timeout={value}: it is a number of seconds, 1 to {TimeoutSecondsMax}");

    static Dictionary<string, string> ParseQuery(string path, string query)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals];
            if (!Parameters.Contains(name))
                throw new StoreLocationException(
                    $"s3://{path}: \"{name}\" is no parameter of an S3 location; known are "
                    + string.Join(", ", Parameters));
            var value = equals < 0 ? "" : Uri.UnescapeDataString(part[(equals + 1)..]);
            if (value.Length == 0)
                throw new StoreLocationException($"s3://{path}: the parameter {name} has no value");
            if (!found.TryAdd(name, value))
                throw new StoreLocationException($"s3://{path}: the parameter {name} is given twice");
        }
        return found;
    }

    static Uri ParseEndpoint(string value)
    {
        var text = value.Contains("://", StringComparison.Ordinal) ? value : $"https://{value}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
            || uri.UserInfo.Length > 0 || uri.AbsolutePath != "/" || uri.Query.Length > 0)
            throw new StoreLocationException(
                $"{value} is no endpoint: it is written https://HOST or https://HOST:PORT, without a path");
        return uri;
    }

    static bool ParseFlag(string name, string value) => value switch
    {
        "true" or "yes" or "1" => true,
        "false" or "no" or "0" => false,
        _ => throw new StoreLocationException($"{name}={value}: it is true or false"),
    };

    static readonly System.Buffers.SearchValues<char> BucketLetters = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
}

using Cairn.Engine.Storage;
using Cairn.Storage.Local;
using Cairn.Storage.Rclone;
using Cairn.Storage.S3;

namespace Cairn.Storage;

public enum StoreScheme { Local, S3, Rclone }

/// <summary>
/// Where a repository lies, as the user writes it: a path, <c>file:///…</c>, <c>s3://…</c> or <c>rclone:…</c>.
/// </summary>
/// <param name="Text">As written: for messages.</param>
/// <param name="Path">Absolute path of a local one; empty otherwise.</param>
public sealed record StoreLocation(StoreScheme Scheme, string Text, string Path)
{
    /// <summary>What an S3 location says.</summary>
    public S3Location? S3 { get; private init; }

    /// <summary>What an rclone location says.</summary>
    public RcloneLocation? Rclone { get; private init; }

    const string FileStart = "file://";
    const string S3Start = "s3://";
    const string RcloneStart = "rclone:";

    /// <param name="workingFolder">Absolute: what a relative path is relative to.</param>
    /// <exception cref="StoreLocationException">The text is no location.</exception>
    public static StoreLocation Parse(string text, string workingFolder)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new StoreLocationException("the repository's location is empty: give a path, or file:///PATH");
        if (text.Contains('\0'))
            throw new StoreLocationException("the repository's location contains a NUL character");
        if (Starts(text, S3Start))
            return new StoreLocation(StoreScheme.S3, text, Path: "") { S3 = S3Location.Parse(text, workingFolder) };
        if (Starts(text, RcloneStart))
            return new StoreLocation(StoreScheme.Rclone, text, Path: "") { Rclone = RcloneLocation.Parse(text) };
        if (Starts(text, FileStart))
            return new StoreLocation(StoreScheme.Local, text, Absolute(PathOfUrl(text), workingFolder));
        if (SchemeOf(text) is { } scheme)
            throw new StoreLocationException(
                $"{text}: {scheme}:// is not a kind of repository; known are a path, file:///PATH, s3:// and rclone:");
        RequirePath(text);
        return new StoreLocation(StoreScheme.Local, text, Absolute(text, workingFolder));
    }

    // Folders can be called so, but whoever writes it means something else.
    static void RequirePath(string text)
    {
        if (text == "~" || text.StartsWith("~/", StringComparison.Ordinal))
            throw new StoreLocationException(
                $"{text}: here ~ is no home folder: the shell replaces it only where it is not quoted. Write the path "
                + "out, or ./~ for a folder of that name");
        foreach (var (start, form) in new[] { ("s3:", "s3://BUCKET/PREFIX"), ("file:", "file:///PATH") })
        {
            if (Starts(text, start))
                throw new StoreLocationException(
                    $"{text}: it is written {form}. For a folder of that name write ./{text}");
        }
    }

    /// <exception cref="StoreException">There are no credentials for it.</exception>
    public IObjectStore Open(StoreOptions options) => Scheme switch
    {
        StoreScheme.Local => new LocalStore(Path, Text, new LocalStoreOptions { CreateRoot = options.CreateRoot }),
        StoreScheme.S3 => new S3Store(S3!, Text, options),
        _ => new RcloneStore(Rclone!, Text, options),
    };

    public override string ToString() => Text;

    static string PathOfUrl(string text)
    {
        var path = Uri.UnescapeDataString(text[FileStart.Length..]);
        if (!path.StartsWith('/'))
            throw new StoreLocationException(
                $"{text}: a file URL names no host, so it begins with three slashes: file:///{path.TrimStart('/')}");
        if (path.Contains('\0'))
            throw new StoreLocationException($"{text}: contains a NUL character");
        return path;
    }

    static string Absolute(string path, string workingFolder)
    {
        var full = System.IO.Path.GetFullPath(path, workingFolder);
        return full.Length > 1 ? full.TrimEnd('/') : full;
    }

    static string? SchemeOf(string text)
    {
        var end = text.IndexOf("://", StringComparison.Ordinal);
        return end > 0 && text.AsSpan(0, end).IndexOfAnyExcept(SchemeLetters) < 0 ? text[..end] : null;
    }

    static bool Starts(string text, string start) => text.StartsWith(start, StringComparison.OrdinalIgnoreCase);

    static readonly System.Buffers.SearchValues<char> SchemeLetters = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-");
}

/// <summary>What the user gave is no location of a repository: a usage error.</summary>
public sealed class StoreLocationException(string message) : Exception(message);

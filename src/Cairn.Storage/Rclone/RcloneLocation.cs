namespace Cairn.Storage.Rclone;

/// <summary>
/// What follows <c>rclone:</c>: a remote of rclone's configuration and a path in it, <c>REMOTE:PATH</c>. What reaches
/// the remote stands in rclone's configuration or its environment variables, never here.
/// </summary>
/// <param name="Remote">Its name, or <c>:BACKEND</c> for one that needs no configuration.</param>
/// <param name="Path">As rclone understands it, without a slash at its end; may be empty.</param>
public sealed record RcloneLocation(string Remote, string Path)
{
    const string Start = "rclone:";
    const string Form = "it is written rclone:REMOTE:PATH, and REMOTE is one that `rclone listremotes` shows";

    /// <summary>How rclone writes it.</summary>
    public string FileSystem => $"{Remote}:{Path}";

    public static RcloneLocation Parse(string text)
    {
        var rest = text[Start.Length..];
        // Not repeated in the message: such parameters may be secrets.
        if (rest.AsSpan().IndexOfAny(",=") is >= 0 and var mark && !rest.AsSpan(1, mark).Contains(':'))
            throw new StoreLocationException(
                "an rclone location names a remote, and no parameters of it: write them into rclone's configuration "
                + $"(rclone config), and its name here; {Form}");
        var colon = rest.IndexOf(':', rest.StartsWith(':') ? 1 : 0);
        var remote = colon < 0 ? "" : rest[..colon];
        var name = remote.TrimStart(':');
        if (name.Length == 0 || remote.Length > name.Length + 1 || name.AsSpan().ContainsAnyExcept(NameLetters))
            throw new StoreLocationException($"{text} names no remote: {Form}");
        var path = rest[(colon + 1)..];
        // What rclone cannot take apart again where it is asked for an object of it.
        if (path.AsSpan().IndexOfAny("[]") >= 0 || path.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            throw new StoreLocationException($"{text}: the path may have no brackets and no control characters");
        var trimmed = path.TrimEnd('/');
        return new RcloneLocation(remote, trimmed.Length == 0 && path.Length > 0 ? "/" : trimmed);
    }

    static readonly System.Buffers.SearchValues<char> NameLetters = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+@- ");
}

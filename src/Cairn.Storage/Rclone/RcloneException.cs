namespace Cairn.Storage.Rclone;

/// <summary>rclone answered that something did not work; the message is its own.</summary>
/// <param name="status">Of HTTP; 0 where it means nothing.</param>
sealed class RcloneException(int status, string message) : Exception(message)
{
    /// <summary>
    /// An object is there, but could not be opened: rclone answers every such failure with 404, and does not say why.
    /// </summary>
    public const int NotOpened = 0;

    public int Status { get; } = status;

    /// <summary>There is nothing of that name, or something that is no object.</summary>
    public bool IsMissing => (Status == 404 && !SaysAny("couldn't find method")) || SaysAny(
        "object not found", "directory not found", "is a directory", "not a directory", "not a regular file");

    public bool SaysAny(params string[] texts) =>
        texts.Any(text => Message.Contains(text, StringComparison.OrdinalIgnoreCase));
}

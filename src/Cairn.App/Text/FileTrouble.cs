namespace Cairn.App.Text;

/// <summary>What a file's failure means, in the words of the rest: the runtime's name the path once more, and speak of
/// access.</summary>
static class FileTrouble
{
    const int Exists = 17, NoSpace = 28, ReadOnlyFileSystem = 30;

    public static string Describe(Exception exception) => exception switch
    {
        FileNotFoundException => "it does not exist",
        DirectoryNotFoundException => "its folder does not exist",
        PathTooLongException => "its path is too long",
        UnauthorizedAccessException => "permission denied, or it is a folder",
        IOException { HResult: Exists } => "it exists already",
        IOException { HResult: NoSpace } => "its disk is full",
        IOException { HResult: ReadOnlyFileSystem } => "its file system is read-only",
        _ => exception.Message,
    };
}

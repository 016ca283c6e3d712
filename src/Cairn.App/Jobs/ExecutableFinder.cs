namespace Cairn.App.Jobs;

/// <summary>Finds the programs that a job names: each an executable, or a folder of them.</summary>
static class ExecutableFinder
{
    const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>
    /// Of a folder the executable files, sorted by name, without hidden ones; what is named itself in any case, so that
    /// somebody misses it.
    /// </summary>
    public static IReadOnlyList<string> Find(IEnumerable<string> places) =>
        [.. places.SelectMany(place => Directory.Exists(place) ? InFolder(place) : [place])];

    /// <summary>Why nothing can be run there; null if something can.</summary>
    public static string? ProblemOf(string place)
    {
        if (Directory.Exists(place))
            return null;
        if (!File.Exists(place))
            return $"there is no {place}";
        return IsExecutable(place) ? null : $"{place} is not executable";
    }

    static IEnumerable<string> InFolder(string folder) => Directory.GetFiles(folder)
        .Where(file => Path.GetFileName(file)[0] != '.' && IsExecutable(file)).Order(StringComparer.Ordinal);

    static bool IsExecutable(string file) => File.Exists(file) && (File.GetUnixFileMode(file) & Executable) != 0;
}

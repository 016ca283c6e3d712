using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd;

/// <summary>Runs the program under strace, which makes system calls fail.</summary>
static class Strace
{
    /// <param name="faults">
    /// As behind <c>--inject</c>; each must strike. A call that only some processors have is written as <c>?CALL</c>.
    /// </param>
    /// <param name="paths">Only calls about these; all if there are none.</param>
    public static CairnResult Run(CairnHome home, string[] faults, string[] paths, params string[] arguments)
    {
        var log = Path.Combine(home.Folder, "strace");
        var calls = faults.Select(fault => fault[..fault.IndexOf(':', StringComparison.Ordinal)]).ToList();
        var result = home.RunUnder(
            [
                "strace", "-f", "-qqq", "-o", log, "-e", $"trace={string.Join(',', calls)}",
                .. faults.SelectMany(fault => (string[])["-e", $"inject={fault}"]),
                .. paths.SelectMany(path => (string[])["-P", path]),
            ],
            arguments);
        var struck = File.ReadLines(log).Where(line => line.Contains("(INJECTED)", StringComparison.Ordinal)).ToList();
        foreach (var call in calls)
            Assert.True(
                struck.Any(line => call.Trim('?').Split(',').Any(line.Contains)),
                $"{call} never failed\n{result.Output}\n{result.Errors}");
        return result;
    }
}

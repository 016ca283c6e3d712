using Cairn.App.Jobs;
using Cairn.App.Selecting;
using Cairn.Files.Selecting;

namespace Cairn.App.Configuration;

/// <summary>What is wrong with values of a job that are well-formed.</summary>
static class JobAdvice
{
    public static IEnumerable<string> Of(AppEnvironment environment, JobConfiguration job)
    {
        if (RuleProblem(environment, job) is { } rule)
            yield return $"{job.Name}: {rule}";
        if (ProblemOf(() => job.Treatment.CompressionRules()) is { } compression)
            yield return $"{job.Name}: {compression}";
        if (ProblemOf(() => job.Treatment.KeepRules(new SelectionRules([], []))) is { } keep)
            yield return $"{job.Name}: {keep}";
        foreach (var tag in job.Tags.Where(tag => tag.Contains(',')))
            yield return $"{job.Name}: tags: \"{tag}\" has a comma";
        foreach (var (key, places) in new[]
        {
            (JobKeys.Pickers, job.Pickers), (JobKeys.Snapshotters, job.Snapshotters),
        })
        {
            foreach (var problem in places.Select(ExecutableFinder.ProblemOf).OfType<string>())
                yield return $"{job.Name}: {key}: {problem}";
        }
        foreach (var name in ExecutableFinder.Find(job.Snapshotters).GroupBy(Path.GetFileName)
            .Where(group => group.Count() > 1).Select(group => group.Key))
            yield return $"{job.Name}: snapshotters: two are called {name}, and so would be their streams";
    }

    // What pickers name is known only when they run, and a rule may be for that.
    static string? RuleProblem(AppEnvironment environment, JobConfiguration job)
    {
        var request = JobsUseCase.RulesOf(job);
        var roots = job.Pickers.Count > 0 ? [] : JobsUseCase.ToBytes(job.Paths);
        return ProblemOf(() => SourceSelection.ReadRules(
            environment, new ListFile(environment, request), request, roots));
    }

    static string? ProblemOf(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (UsageException e)
        {
            return e.Message;
        }
    }
}

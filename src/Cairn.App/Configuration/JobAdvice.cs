using Cairn.App.Jobs;

namespace Cairn.App.Configuration;

/// <summary>What is wrong with values of a job that are well-formed.</summary>
static class JobAdvice
{
    public static IEnumerable<string> Of(JobConfiguration job)
    {
        foreach (var pattern in job.Exclude)
        {
            if (ConfigurationAdvice.PatternProblem(pattern) is { } wrong)
                yield return $"{job.Name}: exclude: {wrong}";
        }
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
}

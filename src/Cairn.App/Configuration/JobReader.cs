using Cairn.App.Selecting;
using Cairn.App.Snapshots;
using Cairn.App.Text;
using YamlDotNet.RepresentationModel;

namespace Cairn.App.Configuration;

/// <summary>Reads <c>jobs:</c>, as strictly as the rest.</summary>
static class JobReader
{
    public static IReadOnlyList<JobConfiguration> Read(
        string file, string? home, YamlNode value, Action<ConfigurationException> report)
    {
        if (value is not YamlMappingNode { Children.Count: > 0 } map)
            throw ConfigurationReader.At(
                file, value, "\"jobs\" needs lines below it of the form \"name:\", with a job below each");
        var jobs = new List<JobConfiguration>();
        foreach (var (key, job) in map.Children)
        {
            try
            {
                jobs.Add(ReadJob(file, home, key, job, report));
            }
            catch (ConfigurationException e)
            {
                report(e);
            }
        }
        return jobs;
    }

    static JobConfiguration ReadJob(
        string file, string? home, YamlNode key, YamlNode value, Action<ConfigurationException> report)
    {
        if (key is not YamlScalarNode { Value: { Length: > 0 } name } || name.Any(char.IsControl))
            throw ConfigurationReader.At(file, key, "the name of a job must be a word");
        if (value is not YamlMappingNode map)
            throw ConfigurationReader.At(file, value, $"the job \"{name}\" needs lines of the form \"key: value\"");
        var job = new JobConfiguration { Name = name };
        foreach (var (setting, content) in map.Children)
        {
            try
            {
                job = Apply(job, file, home, setting, content);
            }
            catch (ConfigurationException e)
            {
                report(e);
            }
        }
        if (job is { Paths.Count: 0, Pickers.Count: 0, Snapshotters.Count: 0 })
            report(ConfigurationReader.At(
                file, key, $"the job \"{name}\" backs up nothing: it needs paths, pickers or snapshotters"));
        return job;
    }

    static JobConfiguration Apply(JobConfiguration job, string file, string? home, YamlNode key, YamlNode value)
    {
        var name = (key as YamlScalarNode)?.Value
            ?? throw ConfigurationReader.At(file, key, "a key must be a word");
        return name switch
        {
            JobKeys.Source => job with { Source = ConfigurationReader.Text(file, name, value) },
            JobKeys.Paths => job with { Paths = PathList(file, home, name, value) },
            JobKeys.Rules => job with { Rules = Rules(file, home, name, value) },
            JobKeys.Exclude => job with { Exclude = ConfigurationReader.List(file, name, value) },
            JobKeys.Pickers => job with { Pickers = PathList(file, home, name, value) },
            JobKeys.Snapshotters => job with { Snapshotters = PathList(file, home, name, value) },
            JobKeys.Before => job with { Before = TextOrList(file, name, value) },
            JobKeys.After => job with { After = TextOrList(file, name, value) },
            JobKeys.OnFailure => job with { OnFailure = TextOrList(file, name, value) },
            JobKeys.Tags => job with { Tags = ConfigurationReader.List(file, name, value) },
            JobKeys.LikeDuplicity => job with { LikeDuplicity = ConfigurationReader.Switch(file, name, value) },
            JobKeys.OneFileSystem => job with { OneFileSystem = ConfigurationReader.Switch(file, name, value) },
            JobKeys.FollowLinks => With(
                job, job.Treatment with { FollowsLinks = ConfigurationReader.Switch(file, name, value) }),
            JobKeys.SkipDelete => With(job, job.Treatment with { SkipDelete = ByteList(file, name, value) }),
            JobKeys.Compress => With(job, job.Treatment with { Compress = ByteList(file, name, value) }),
            JobKeys.IgnoreChangeTime =>
                job with { IgnoresChangeTime = ConfigurationReader.Switch(file, name, value) },
            JobKeys.IgnoreInode => job with { IgnoresInode = ConfigurationReader.Switch(file, name, value) },
            JobKeys.LockWait => job with { LockWait = Duration(file, name, value) },
            JobKeys.PickerTimeout => job with { PickerTimeout = Duration(file, name, value) },
            JobKeys.HookTimeout => job with { HookTimeout = Duration(file, name, value) },
            JobKeys.SnapshotterTimeout => job with { SnapshotterTimeout = Duration(file, name, value) },
            _ => throw ConfigurationReader.Unknown(file, key, name, JobKeys.Names),
        };
    }

    static JobConfiguration With(JobConfiguration job, TreatmentRequest treatment) =>
        job with { Treatment = treatment };

    static ReadOnlyMemory<byte>[] ByteList(string file, string name, YamlNode value) =>
        [.. ConfigurationReader.List(file, name, value).Select(text => (ReadOnlyMemory<byte>)ByteText.ToBytes(text))];

    static RuleText[] Rules(string file, string? home, string name, YamlNode value)
    {
        var texts = ConfigurationReader.List(file, name, value);
        return [.. texts.Zip(((YamlSequenceNode)value).Children, (text, node) => Rule(file, home, text, node))];
    }

    static RuleText Rule(string file, string? home, string text, YamlNode node)
    {
        try
        {
            var rule = RuleText.Parse(text) with { Origin = $"{file}, line {node.Start.Line}" };
            // A list lies where the configuration says, not where the program happens to run.
            return rule.Kind is RuleText.IncludeFilelist or RuleText.ExcludeFilelist
                ? rule with
                {
                    Argument = ByteText.ToBytes(
                        ConfigurationReader.ToPath(ByteText.FromBytes(rule.Argument.Span), file, home)),
                }
                : rule;
        }
        catch (UsageException e)
        {
            throw ConfigurationReader.At(file, node, $"{e.Message}: {e.Hint}");
        }
    }

    static string[] PathList(string file, string? home, string name, YamlNode value) =>
        [.. ConfigurationReader.List(file, name, value).Select(path => ConfigurationReader.ToPath(path, file, home))];

    static string[] TextOrList(string file, string name, YamlNode value) => value is YamlSequenceNode
        ? ConfigurationReader.List(file, name, value)
        : [ConfigurationReader.Text(file, name, value)];

    static TimeSpan Duration(string file, string name, YamlNode value) =>
        TimeExpression.TryParseInterval(ConfigurationReader.Text(file, name, value)) is { Ticks: > 0 } duration
        && duration <= TimeSpan.FromDays(24)
            ? duration
            : throw ConfigurationReader.At(file, value, $"\"{name}\" is a time like 90s, 10m or 2h30m");
}

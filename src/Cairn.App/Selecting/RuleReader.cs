using System.Text;
using Cairn.App.Snapshots;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;
using Cairn.Files.Selecting;

namespace Cairn.App.Selecting;

/// <summary>Makes rules of what people write.</summary>
sealed class RuleReader(AppEnvironment environment, ListFile lists)
{
    /// <exception cref="UsageException">A rule cannot be understood; the message has it.</exception>
    public List<SelectionRule> Read(IEnumerable<RuleText> texts)
    {
        var rules = new List<SelectionRule>();
        foreach (var text in texts)
        {
            if (text.Kind is RuleText.IncludeFilelist or RuleText.ExcludeFilelist)
                rules.AddRange(ReadList(text));
            else
                rules.Add(Make(text, text.ToString()));
        }
        return rules;
    }

    IEnumerable<SelectionRule> ReadList(RuleText list)
    {
        var name = ByteText.FromBytes(list.Argument.Span);
        var usual = list.Kind == RuleText.IncludeFilelist ? RuleText.Include : RuleText.Exclude;
        foreach (var (number, entry) in lists.Read(name))
        {
            var line = Trim(entry);
            if (line.IsEmpty || line.Span[0] == '#')
                continue;
            var kind = usual;
            if (line.Span.StartsWith("+ "u8) || line.Span.StartsWith("- "u8))
            {
                kind = line.Span[0] == '+' ? RuleText.Include : RuleText.Exclude;
                line = line[2..];
            }
            yield return Make(
                new RuleText(kind, Unquote(line)) { Origin = $"line {number} of {ListFile.Shown(name)}",
                    IsForTheseSources = list.IsForTheseSources },
                $"{(kind == RuleText.Include ? '+' : '-')} {ByteText.Show(line)} (line {number} of "
                + $"{ListFile.Shown(name)})");
        }
    }

    SelectionRule Make(RuleText text, string shown)
    {
        var isOurs = text.IsForTheseSources;
        var argument = text.Argument.Span;
        try
        {
            return text.Kind switch
            {
                RuleText.Include or RuleText.Exclude =>
                    new GlobRule(argument, text.Kind == RuleText.Include) { Text = shown, IsForTheseSources = isOurs },
                RuleText.IncludeRegexp or RuleText.ExcludeRegexp =>
                    new RegexpRule(Encoding.UTF8.GetString(argument), text.Kind == RuleText.IncludeRegexp)
                    {
                        Text = shown, IsForTheseSources = isOurs,
                    },
                RuleText.ExcludeIfPresent => new MarkerRule(argument) { Text = shown, IsForTheseSources = isOurs },
                RuleText.ExcludeCaches => new CacheRule { Text = shown, IsForTheseSources = isOurs },
                RuleText.ExcludeDeviceFiles => new DeviceRule { Text = shown, IsForTheseSources = isOurs },
                RuleText.ExcludeLargerThan =>
                    new LargerRule(SizeOf(text)) { Text = shown, IsForTheseSources = isOurs },
                RuleText.ExcludeOlderThan => new OlderRule(TimeOf(text)) { Text = shown, IsForTheseSources = isOurs },
                _ => throw new UsageException($"there is no rule {text.Kind}"),
            };
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"{shown}: {e.Message}");
        }
    }

    static long SizeOf(RuleText text) => ByteSize.TryParse(ByteText.FromBytes(text.Argument.Span), out var bytes)
        ? bytes
        : throw new UsageException($"{text}: that is no size", "sizes are like 4096, 64K or 1.5G");

    FileTime TimeOf(RuleText text)
    {
        var time = TimeExpression.TryParse(ByteText.FromBytes(text.Argument.Span), environment.Time)
            ?? throw new UsageException($"{text}: that is no time", "times are like 30D or 2026-01-31");
        var seconds = time.ToUnixTimeSeconds();
        var ticks = time.UtcTicks - DateTimeOffset.FromUnixTimeSeconds(seconds).UtcTicks;
        return new FileTime(seconds, (uint)(ticks * TimeSpan.NanosecondsPerTick));
    }

    static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> line)
    {
        var start = line.Span.IndexOfAnyExcept(" \t\r\n\v\f"u8);
        return start < 0 ? default : line[start..(line.Span.LastIndexOfAnyExcept(" \t\r\n\v\f"u8) + 1)];
    }

    // For patterns that begin or end in a space.
    static ReadOnlyMemory<byte> Unquote(ReadOnlyMemory<byte> line) =>
        line.Length > 1 && line.Span[0] is (byte)'\'' or (byte)'"' && line.Span[^1] == line.Span[0]
            ? line[1..^1]
            : line;
}

using Cairn.App.Text;

namespace Cairn.App.Selecting;

/// <summary>
/// One rule as a person gave it: a kind, which is the name of the option without its dashes, and what it applies to.
/// In one text they stand with a space between: <c>exclude *.o</c>, <c>exclude-caches</c>.
/// </summary>
/// <param name="Argument">Bytes; empty for a kind that takes none.</param>
public sealed record RuleText(string Kind, ReadOnlyMemory<byte> Argument)
{
    public const string Include = "include";
    public const string Exclude = "exclude";
    public const string IncludeRegexp = "include-regexp";
    public const string ExcludeRegexp = "exclude-regexp";
    public const string IncludeFilelist = "include-filelist";
    public const string ExcludeFilelist = "exclude-filelist";
    public const string ExcludeIfPresent = "exclude-if-present";
    public const string ExcludeCaches = "exclude-caches";
    public const string ExcludeLargerThan = "exclude-larger-than";
    public const string ExcludeOlderThan = "exclude-older-than";
    public const string ExcludeDeviceFiles = "exclude-device-files";

    /// <summary>Those with an argument.</summary>
    public static IReadOnlyList<string> WithArgument { get; } =
    [
        Include, Exclude, IncludeRegexp, ExcludeRegexp, IncludeFilelist, ExcludeFilelist, ExcludeIfPresent,
        ExcludeLargerThan, ExcludeOlderThan,
    ];

    public static IReadOnlyList<string> WithoutArgument { get; } = [ExcludeCaches, ExcludeDeviceFiles];

    /// <summary>Where it stands, if not on the command line.</summary>
    public string? Origin { get; init; }

    /// <summary>Whether it was written for these sources, and not for whatever is backed up.</summary>
    public bool IsForTheseSources { get; init; } = true;

    /// <exception cref="UsageException">There is no such rule.</exception>
    public static RuleText Parse(string text)
    {
        var space = text.IndexOf(' ');
        var kind = space < 0 ? text : text[..space];
        var argument = space < 0 ? "" : text[(space + 1)..].TrimStart(' ');
        if ((argument.Length > 0 ? WithArgument : WithoutArgument).Contains(kind))
            return new RuleText(kind, ByteText.ToBytes(argument));
        throw new UsageException(
            $"\"{text}\" is no rule",
            NearestName.Find(kind, [.. WithArgument, .. WithoutArgument]) is { } nearest && nearest != kind
                ? $"did you mean \"{nearest}\"?"
                : $"a rule is one of {string.Join(", ", WithArgument)} with what it applies to, or "
            + string.Join(" or ", WithoutArgument));
    }

    public override string ToString() =>
        (Origin is null ? "--" : "") + Kind + (Argument.IsEmpty ? "" : " " + ByteText.Show(Argument))
        + (Origin is null ? "" : $" ({Origin})");
}

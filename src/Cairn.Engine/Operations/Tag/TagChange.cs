namespace Cairn.Engine.Operations.Tag;

/// <summary>What is to become of a list of tags.</summary>
public sealed record TagChange
{
    /// <summary>These, whatever there was; null to go by what there was.</summary>
    public IReadOnlyList<string>? Set { get; init; }
    public IReadOnlyList<string> Add { get; init; } = [];
    public IReadOnlyList<string> Remove { get; init; } = [];

    public IReadOnlyList<string> Apply(IReadOnlyList<string> tags) =>
        [.. (Set ?? [.. tags.Except(Remove)]).Concat(Add).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];
}

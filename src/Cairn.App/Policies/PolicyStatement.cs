namespace Cairn.App.Policies;

/// <summary>A statement that allows something. What none allows is forbidden.</summary>
/// <param name="Resources">Amazon's names of the bucket, or of objects in it.</param>
public sealed record PolicyStatement(
    string Name, IReadOnlyList<string> Actions, IReadOnlyList<string> Resources)
{
    public IReadOnlyList<PolicyCondition> Conditions { get; init; } = [];
}

/// <summary>All of a statement's conditions must hold; of the values of one, any.</summary>
public sealed record PolicyCondition(string Operator, string Key, IReadOnlyList<string> Values);

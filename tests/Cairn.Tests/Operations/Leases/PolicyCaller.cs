using System.Globalization;
using Cairn.App.Policies;
using Cairn.Testing.Simulated.Buckets;

namespace Cairn.Tests.Operations.Leases;

/// <summary>Somebody who has what a policy allows, at the simulated bucket.</summary>
static class PolicyCaller
{
    const string BucketName = "arn:aws:s3:::bucket";

    public static Caller Of(string name, IReadOnlyList<PolicyStatement> statements) =>
        new(name, [.. statements.SelectMany(GrantsOf)]);

    static IEnumerable<Grant> GrantsOf(PolicyStatement statement)
    {
        var actions = statement.Actions.Aggregate(S3Actions.None, (all, action) => all | ActionOf(action));
        foreach (var prefix in statement.Resources.SelectMany(resource => PrefixesOf(statement, resource)))
            yield return new Grant(actions, prefix)
            {
                CreateOnly = ValueOf(statement, "s3:if-none-match") == "false",
                OnlyMode = ValueOf(statement, "s3:object-lock-mode") is { } mode
                    ? Enum.Parse<LockMode>(mode, ignoreCase: true)
                    : null,
                LockDaysMax = ValueOf(statement, "s3:object-lock-remaining-retention-days") is { } days
                    ? int.Parse(days, CultureInfo.InvariantCulture)
                    : null,
            };
    }

    static IEnumerable<string> PrefixesOf(PolicyStatement statement, string resource) => resource == BucketName
        ? statement.Conditions.SingleOrDefault(condition => condition.Key == "s3:prefix") is { } prefixes
            ? prefixes.Values.Select(WithoutStar)
            : [""]
        : [WithoutStar(resource[(BucketName.Length + 1)..])];

    static S3Actions ActionOf(string action) => Enum.Parse<S3Actions>(action["s3:".Length..]);

    static string? ValueOf(PolicyStatement statement, string key) =>
        statement.Conditions.SingleOrDefault(condition => condition.Key == key)?.Values.Single();

    static string WithoutStar(string pattern) => pattern.TrimEnd('*');
}

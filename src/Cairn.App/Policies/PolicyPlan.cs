using Cairn.Engine.Formats;
using Cairn.Engine.Storage;

namespace Cairn.App.Policies;

public enum StoreRole { Host, Maintainer, Restorer, Auditor, Admin }

/// <summary>
/// What each role may do in the bucket, and nothing else: what follows from the objects that its commands read and
/// write. Nobody may remove a version, or lift a lock: what is to go runs out, and the bucket's lifecycle sweeps it.
/// </summary>
public sealed record PolicyPlan
{
    public required string Bucket { get; init; }

    /// <summary>Empty, or with a slash at its end.</summary>
    public required string Prefix { get; init; }

    /// <summary>Null where nothing is locked.</summary>
    public LeasePolicy? Lease { get; init; }

    /// <summary>The bucket gives every object its lock by itself, so that a PUT needs no further right.</summary>
    public bool LocksByDefault { get; init; }

    /// <summary>
    /// The store knows Amazon's conditions: names that are free, bounds of locks. One that does not takes a condition
    /// that it does not know for one that is never met.
    /// </summary>
    public bool KnowsConditions { get; init; }

    /// <summary>The host that is meant; null for any: one could then store ledgers in another's place.</summary>
    public string? HostId { get; init; }

    static readonly string[] ReadByHosts =
    [
        ObjectNames.Descriptor.Value, ObjectNames.Epochs, ObjectNames.Hosts, ObjectNames.Index, ObjectNames.Retired,
        ObjectNames.Moves,
    ];

    // All but the slots of keys: whoever has these can try passphrases.
    static readonly string[] ReadByMaintainers =
        [.. ReadByHosts, ObjectNames.Ledgers, ObjectNames.Packs, ObjectNames.Snapshots];

    public IReadOnlyList<PolicyStatement> Of(StoreRole role) => role switch
    {
        StoreRole.Host => Host(),
        StoreRole.Maintainer => Maintainer(),
        StoreRole.Restorer => [List(), ListVersions(), Read([""]), ReadVersions([""]), LookAtLocks()],
        StoreRole.Auditor =>
        [
            List(), ListVersions(), Read(ReadByMaintainers), ReadVersions(ReadByMaintainers), LookAtLocks(),
            LookAtBucket(),
        ],
        _ => Admin(),
    };

    PolicyStatement[] Host()
    {
        string[] written =
        [
            ObjectNames.Packs, ObjectNames.Index, $"{ObjectNames.Ledgers}{Below(HostId)}",
            $"{ObjectNames.Snapshots}{Below(HostId)}",
        ];
        var list = new PolicyStatement("ListSmall", ["s3:ListBucket"], [BucketName])
        {
            Conditions = [new PolicyCondition("StringLike", "s3:prefix", [.. ReadByHosts.Select(Pattern)])],
        };
        PolicyStatement[] basis = [list, Read(ReadByHosts), Add(written)];
        if (Lease is null)
            return basis;
        return LocksByDefault ? [.. basis, LookAtBucket()] : [.. basis, Lock(written), LookAtBucket()];
    }

    PolicyStatement[] Maintainer()
    {
        PolicyStatement[] basis =
        [
            List(), ListVersions(), Read(ReadByMaintainers), ReadVersions(ReadByMaintainers),
            Add([ObjectNames.Packs, ObjectNames.Index, ObjectNames.Moves, ObjectNames.Retired]),
            // Index objects are put together where no lock keeps them.
            Mark([
                ObjectNames.Packs, .. Lease is null ? (string[])[ObjectNames.Index] : [], ObjectNames.Ledgers,
                ObjectNames.Snapshots,
            ]),
        ];
        return Lease is null
            ? basis
            : [.. basis, Lock([""]), LookAtLocks(), LookAtBucket()];
    }

    PolicyStatement[] Admin()
    {
        PolicyStatement[] basis =
        [
            List(), ListVersions(), Read([""]), ReadVersions([""]), Add([""]), Mark([""]), LookAtBucket(),
        ];
        return Lease is null ? basis : [.. basis, Lock([""]), LookAtLocks()];
    }

    PolicyStatement List() => OfPrefix("List", "s3:ListBucket");

    PolicyStatement ListVersions() => OfPrefix("ListVersions", "s3:ListBucketVersions");

    PolicyStatement OfPrefix(string name, string action) => new(name, [action], [BucketName])
    {
        Conditions = Prefix.Length == 0 ? [] : [new PolicyCondition("StringLike", "s3:prefix", [$"{Prefix}*"])],
    };

    PolicyStatement Read(IEnumerable<string> names) => new("Read", ["s3:GetObject"], Objects(names));

    PolicyStatement ReadVersions(IEnumerable<string> names) =>
        new("ReadVersions", ["s3:GetObjectVersion"], Objects(names));

    // An object that is there can then not even be hidden behind another of its name.
    PolicyStatement Add(IEnumerable<string> names) => new("Add", ["s3:PutObject"], Objects(names))
    {
        Conditions = KnowsConditions ? [new PolicyCondition("Null", "s3:if-none-match", ["false"])] : [],
    };

    PolicyStatement Mark(IEnumerable<string> names) => new("Hide", ["s3:DeleteObject"], Objects(names));

    // Without bounds a stolen key could make junk irremovable for a hundred years.
    PolicyStatement Lock(IEnumerable<string> names) => new("Lock", ["s3:PutObjectRetention"], Objects(names))
    {
        Conditions = !KnowsConditions ? [] :
        [
            new PolicyCondition(
                "StringEquals", "s3:object-lock-mode", [Lease!.Mode.ToString().ToUpperInvariant()]),
            new PolicyCondition(
                "NumericLessThanEquals", "s3:object-lock-remaining-retention-days",
                [FormattableString.Invariant($"{Lease.Days + Lease.SlackDays + 1}")]),
        ],
    };

    PolicyStatement LookAtLocks() => new("LookAtLocks", ["s3:GetObjectRetention"], Objects([""]));

    PolicyStatement LookAtBucket() => new("LookAtBucket", ["s3:GetBucketObjectLockConfiguration"], [BucketName]);

    string BucketName => $"arn:aws:s3:::{Bucket}";

    static string Below(string? host) => host is null ? "" : $"{host}/";

    string Pattern(string name) => name.Length == 0 || name.EndsWith('/') ? $"{Prefix}{name}*" : $"{Prefix}{name}";

    string[] Objects(IEnumerable<string> names) => [.. names.Select(name => $"{BucketName}/{Pattern(name)}")];
}

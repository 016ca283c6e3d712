using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories;

/// <summary>A machine or a maintainer whom an admin let in.</summary>
public sealed record EnrolledSigner(
    SignerId Id, SigningPublicKey PublicKey, string Name, bool IsMaintainer, bool MayForget, DateTimeOffset Enrolled)
{
    public DateTimeOffset? Revoked { get; init; }
}

/// <summary>
/// Who may sign what. A revoked signer still verifies, for what it wrote before stays readable; whether something it
/// wrote counts is decided where that is asked (docs/format.md, HostRecord).
/// </summary>
public sealed class SignerRegistry : ISignerDirectory
{
    // Replaced and never changed: others ask while somebody looks who was let in meanwhile.
    volatile Dictionary<SignerId, SigningPublicKey> _admins = [];
    volatile Dictionary<SignerId, EnrolledSigner> _enrolled = [];
    readonly Lock _changing = new();

    public IReadOnlyCollection<EnrolledSigner> Enrolled => _enrolled.Values;

    public bool IsAdmin(SignerId id) => _admins.ContainsKey(id);

    /// <summary>Let in, and not revoked since.</summary>
    public bool IsActive(SignerId id) => FindEnrolled(id) is { Revoked: null };

    public EnrolledSigner? FindEnrolled(SignerId id) => _enrolled.GetValueOrDefault(id);

    public void AddAdmin(SigningPublicKey admin)
    {
        lock (_changing)
            _admins = new(_admins) { [admin.ToSignerId()] = admin };
    }

    public void Add(EnrolledSigner signer) => AddAll([signer]);

    /// <summary>All at once: in no moment does anybody miss one of them, or find the state of another time.</summary>
    public void AddAll(IEnumerable<EnrolledSigner> signers)
    {
        lock (_changing)
        {
            var enrolled = new Dictionary<SignerId, EnrolledSigner>(_enrolled);
            foreach (var signer in signers)
                enrolled[signer.Id] = signer;
            _enrolled = enrolled;
        }
    }

    public void Revoke(SignerId id, DateTimeOffset when)
    {
        if (FindEnrolled(id) is { } signer)
            Add(signer with { Revoked = when });
    }

    public SigningPublicKey? Find(SignerId signer, ObjectType type)
    {
        if (_admins.TryGetValue(signer, out var admin))
            return MayAdminSign(type) ? admin : null;
        if (!_enrolled.TryGetValue(signer, out var enrolled))
            return null;
        var may = enrolled.IsMaintainer ? MayMaintainerSign(type) : MayHostSign(type);
        return may ? enrolled.PublicKey : null;
    }

    public bool MayForget(SignerId signer) =>
        _admins.ContainsKey(signer) || _enrolled.GetValueOrDefault(signer) is { IsMaintainer: true, MayForget: true };

    public bool Counts(SignerId signer, Ulid ulid) =>
        _enrolled.GetValueOrDefault(signer)?.Revoked is not { } revoked || ulid.Time <= revoked;

    // An admin may do what a maintainer may.
    static bool MayAdminSign(ObjectType type) => type is ObjectType.KeySlot or ObjectType.Roster or ObjectType.Epoch
        or ObjectType.HostRecord || MayMaintainerSign(type);

    static bool MayHostSign(ObjectType type) =>
        type is ObjectType.Pack or ObjectType.Index or ObjectType.Ledger or ObjectType.Snapshot;

    static bool MayMaintainerSign(ObjectType type) =>
        type is ObjectType.Pack or ObjectType.Index or ObjectType.Moves or ObjectType.Retired;
}

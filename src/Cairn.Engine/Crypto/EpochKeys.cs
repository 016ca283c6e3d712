using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>All that an epoch's seed opens. Owns its keys; the seed stays the caller's.</summary>
public sealed class EpochKeys : IDisposable
{
    EpochKeys(SealingKey restore, Signer admin, SharedKeys shared)
    {
        RestoreSecret = restore;
        AdminSigner = admin;
        Shared = shared;
    }

    public SealingKey RestoreSecret { get; }

    public SealingPublicKey RestorePublic => RestoreSecret.PublicKey;

    public Signer AdminSigner { get; }

    /// <summary>Those of this seed. A repository uses its first epoch's, until it starts a new domain.</summary>
    public SharedKeys Shared { get; }

    public static EpochKeys Derive(SecretKey seed, uint domain = 0)
    {
        using var adminSeed = KeyDerivation.FromSeed(seed, KeyDerivation.AdminLabel, domain);
        var restore = KeyDerivation.FromSeed(seed, KeyDerivation.RestoreLabel, domain);
        return new EpochKeys(new SealingKey(restore), new Signer(adminSeed), SharedKeys.Derive(seed, domain));
    }

    public void Dispose()
    {
        RestoreSecret.Dispose();
        AdminSigner.Dispose();
        Shared.Dispose();
    }
}

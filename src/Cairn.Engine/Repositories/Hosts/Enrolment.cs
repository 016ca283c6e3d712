using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using static Cairn.Engine.Repositories.CredentialText;

namespace Cairn.Engine.Repositories.Hosts;

public enum HostRole : byte
{
    /// <summary>Backs up.</summary>
    Host = 1,
    /// <summary>Announces what is no longer needed.</summary>
    Maintainer = 2,
}

/// <summary>
/// The admin's answer to a request: the keys that the new host shares with the others, sealed to it alone and signed by
/// the admin. So the file may go any way; only the machine that made the request can use it, and nobody but the admin
/// of the repository can have made it.
/// </summary>
public sealed record Enrolment
{
    const string Kind = "host enrolment";
    const int HeadSize = sizeof(byte) + SigningPublicKey.Size + sizeof(ushort);
    const int SealedMax = 1024;

    public required RepositoryId Repository { get; init; }

    /// <summary>Of the key that the machine made.</summary>
    public required SignerId Host { get; init; }

    public required string Name { get; init; }

    /// <summary>
    /// A sealed box of: role (u8), first admin public key, domain (u16), the keys (hosts: index, blob-id, chunking;
    /// maintainers: index), the newest admin's signature.
    /// </summary>
    public required byte[] Sealed { get; init; }

    static ReadOnlySpan<byte> Context => "cairn/1 enrolment"u8;

    public static Enrolment Create(Repository repository, HostRequest request, string name, HostRole role)
    {
        byte[] head = [(byte)role, .. repository.Descriptor.Admin.AsSpan(), 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(^sizeof(ushort)..), repository.CurrentEpoch.Domain);
        var shared = repository.Shared;
        byte[] plain = role == HostRole.Maintainer
            ? [.. head, .. shared.Index.AsSpan(), .. new byte[Signer.SignatureSize]]
            : [.. head, .. shared.Index.AsSpan(), .. shared.BlobId.AsSpan(), .. shared.Chunking.AsSpan(),
                .. new byte[Signer.SignatureSize]];
        SignedMessage.Sign(
            repository.RequireSecrets().Admin, Context, repository.Id,
            Signed(request.Host, name, plain), plain.AsSpan(^Signer.SignatureSize..));
        var box = new byte[plain.Length + SealedBox.Overhead];
        var isSealed = SealedBox.TrySeal(request.Sealing, plain, box, repository.Environment.Random);
        CryptographicOperations.ZeroMemory(plain);
        return isSealed
            ? new Enrolment { Repository = repository.Id, Host = request.Host, Name = name, Sealed = box }
            : throw new CredentialException("the request's key is not a usable point of the curve");
    }

    public byte[] Encode() => CredentialText.Encode(
        Kind,
        Member("repository", Repository.ToString()) + Member("host", Host.ToString()) + Member("name", Name)
        + Member("sealed", Convert.ToHexStringLower(Sealed)));

    /// <summary>Throws <see cref="CredentialException"/> if the file was damaged or edited.</summary>
    public static Enrolment Decode(ReadOnlySpan<byte> bytes) => CredentialText.Decode(Kind, bytes, root =>
    {
        var host = Convert.FromHexString(root.GetProperty("host").GetString()!);
        var sealedKeys = Convert.FromHexString(root.GetProperty("sealed").GetString()!);
        if (host.Length != SignerId.Size || sealedKeys.Length > SealedMax)
            throw new CredentialException("it has members of wrong lengths");
        return new Enrolment
        {
            Repository = new RepositoryId(Bytes(root, "repository")), Host = new SignerId(host),
            Name = root.GetProperty("name").GetString()!, Sealed = sealedKeys,
        };
    });

    /// <summary>
    /// The credential of the machine that made the request, either for backing up or for maintenance. The admins are
    /// those of the repository that stands where the machine is to back up to. The caller disposes it.
    /// </summary>
    internal (HostCredential? Host, MaintainerCredential? Maintainer) Open(
        PendingHost pending, IReadOnlyList<Epoch> epochs)
    {
        var length = Sealed.Length - SealedBox.Overhead;
        if (length < HeadSize + KeyDerivation.KeySize + Signer.SignatureSize)
            throw new CredentialException("it is too short");
        using var plain = new SecretKey(length);
        if (!SealedBox.TryOpen(pending.Sealing, Sealed, plain.AsWritableSpan()))
            throw new CredentialException("it does not open with the key of this machine's request");
        RequireSignature(plain.AsSpan(), epochs);
        var role = (HostRole)plain.AsSpan()[0];
        var keys = plain.AsSpan()[HeadSize..^Signer.SignatureSize];
        if (new SigningPublicKey(plain.AsSpan().Slice(1, SigningPublicKey.Size)) != epochs[0].Admin
            || keys.Length != (role == HostRole.Host ? 3 : 1) * KeyDerivation.KeySize || !Enum.IsDefined(role))
            throw new CredentialException("it does not hold what an enrolment holds");
        var domain = BinaryPrimitives.ReadUInt16LittleEndian(plain.AsSpan()[(1 + SigningPublicKey.Size)..]);
        return role == HostRole.Host
            ? (ToHost(pending, epochs[0].Admin, domain, keys), null)
            : (null, ToMaintainer(pending, epochs[0].Admin, domain, keys));
    }

    HostCredential ToHost(PendingHost pending, SigningPublicKey admin, ushort domain, ReadOnlySpan<byte> keys) => new()
    {
        Repository = Repository, Admin = admin, HostName = Name, Domain = domain,
        Shared = new SharedKeys(KeyAt(keys, 0), KeyAt(keys, 1), KeyAt(keys, 2)), HostSeed = pending.Seed.Copy(),
    };

    MaintainerCredential ToMaintainer(
        PendingHost pending, SigningPublicKey admin, ushort domain, ReadOnlySpan<byte> keys) => new()
    {
        Repository = Repository, Admin = admin, Name = Name, Domain = domain, Index = KeyAt(keys, 0),
        Seed = pending.Seed.Copy(),
    };

    // Wrong keys would make backups that nobody can restore: they must be the admin's word.
    void RequireSignature(ReadOnlySpan<byte> plain, IReadOnlyList<Epoch> epochs)
    {
        var signed = Signed(Host, Name, plain);
        foreach (var epoch in epochs)
        {
            if (SignedMessage.IsSigned(epoch.Admin, Context, Repository, signed, plain[^Signer.SignatureSize..]))
                return;
        }
        throw new CredentialException("no admin of the repository signed it");
    }

    static byte[] Signed(SignerId host, string name, ReadOnlySpan<byte> plain)
    {
        var id = new byte[SignerId.Size];
        host.CopyTo(id);
        return [.. id, .. plain[..^Signer.SignatureSize], .. Encoding.UTF8.GetBytes(name)];
    }

    static SecretKey KeyAt(ReadOnlySpan<byte> keys, int index) =>
        SecretKey.CopyFrom(keys.Slice(index * KeyDerivation.KeySize, KeyDerivation.KeySize));
}

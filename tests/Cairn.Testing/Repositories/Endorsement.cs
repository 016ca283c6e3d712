using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Google.Protobuf;

namespace Cairn.Testing.Repositories;

/// <summary>Makes somebody a maintainer: one who may retire things.</summary>
public static class Endorsement
{
    /// <summary>Returns the seed of the new maintainer's key.</summary>
    public static async Task<SecretKey> WriteAsync(Repository opened, string name)
    {
        var (environment, tail) = (opened.Environment, opened.HostTail);
        var seed = SecretKey.CreateRandom(KeyDerivation.KeySize, environment.Random);
        using var signer = new Signer(seed);
        var record = new HostRecord
        {
            Kind = HostRecord.Types.Kind.Endorse, Sequence = tail.Sequence + 1,
            Previous = tail.Hash is { } last ? ByteString.CopyFrom(last.AsSpan()) : ByteString.Empty,
            Created = environment.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            PublicKey = ByteString.CopyFrom(signer.PublicKey.AsSpan()), Name = name, MayForget = true,
        };
        var ulid = Ulid.New(environment.Time, environment.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.HostRecord, domain: 0, ulid, StrictRecord.Encode(record), opened.Keys,
            opened.RequireSecrets().Admin, environment.Random);
        await ObjectWriter.PutDatedAsync(opened.Store, ObjectNames.Hosts, ulid, stored, CancellationToken.None);
        return seed;
    }
}

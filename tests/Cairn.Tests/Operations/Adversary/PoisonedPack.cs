using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;

namespace Cairn.Tests.Operations.Adversary;

/// <summary>
/// A pack that is right in everything (name, form, signature, each blob authentic) but that under the id of a content
/// lies another; with an index object that names it. Any host can make one.
/// </summary>
static class PoisonedPack
{
    public static async Task<string> PutAsync(TestRepository test, TestHost thief, byte[] content)
    {
        using var repository = await thief.OpenAsync();
        var context = repository.CreatePackContext();
        var builder = new PackBuilder(context, PackKind.Data);
        var other = test.Random.Bytes(content.Length);
        var id = repository.Hasher.Hash((byte)BlobKind.Chunk, content);
        Assert.True(builder.TryReserve(
            id, BlobKind.Chunk, Codec.Stored, content.Length, content.Length + Engine.Crypto.Aead.TagSize,
            out var room));
        var aad = new byte[BlobAad.Size];
        BlobAad.Write(aad, repository.Id, id, BlobKind.Chunk, Codec.Stored, content.Length);
        using (var aead = builder.CreateAead())
            aead.Encrypt(room.Ordinal, aad, other, builder.Room(room));
        builder.Finish();
        builder.Close();
        using var pack = PackSealer.Seal(builder, context);
        var key = ObjectNames.Pack(pack.Table.Name);
        await test.Store.PutAsync(key, [pack.Bytes.ToArray()], PutOptions.Hot, default);
        var ulid = Ulid.New(test.Time, test.Random);
        var index = IndexEnvelope.Seal(
            ObjectType.Index, domain: 0, ulid, IndexCodec.Encode([pack.Table]), repository.Keys,
            repository.RequireHost().Signer, test.Random);
        await ObjectWriter.PutDatedAsync(test.Store, ObjectNames.Index, ulid, index, default);
        return key.Value;
    }
}

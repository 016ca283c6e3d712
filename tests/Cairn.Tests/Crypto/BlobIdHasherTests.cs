using System.Security.Cryptography;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Crypto;

public class BlobIdHasherTests
{
    [Fact]
    public void A_blob_id_is_the_keyed_hash_of_kind_and_content()
    {
        using var key = SecretKey.CopyFrom(
            Convert.FromHexString("266e51241b69fe3582e7688929ed6c974c24455cd28a3a5e432675a5a60e6007"));
        using var hasher = new BlobIdHasher(key);
        Assert.Equal(
            "95260ef0bef14ca4b0ca9af78682341cfb5f43edf4ed8c12d11ab610d5356b90", hasher.Hash(1, "content"u8).ToString());
        Assert.NotEqual(hasher.Hash(1, "content"u8), hasher.Hash(2, "content"u8));
    }

    [Fact]
    public void Many_threads_at_once_get_what_one_would_get()
    {
        var random = new SeededRandom(21);
        var keyBytes = random.Bytes(32);
        using var key = SecretKey.CopyFrom(keyBytes);
        using var hasher = new BlobIdHasher(key);
        var contents = Enumerable.Range(0, 200).Select(i => random.Bytes(i * 37)).ToArray();
        var ids = new BlobId[contents.Length];
        Parallel.For(0, contents.Length, i => ids[i] = hasher.Hash((byte)i, contents[i]));
        for (var i = 0; i < contents.Length; i++)
            Assert.Equal(new BlobId(HMACSHA256.HashData(keyBytes, (byte[])[(byte)i, .. contents[i]])), ids[i]);
    }

    [Fact]
    public void Hashing_allocates_nothing()
    {
        using var key = SecretKey.CreateRandom(32, new SeededRandom(1));
        using var hasher = new BlobIdHasher(key);
        var content = new byte[5000];
        hasher.Hash(1, content);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            hasher.Hash(1, content);
        // Nothing per call; the runtime itself may take a little on this thread while it compiles.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16_384);
    }
}

using System.Security.Cryptography;
using Amazon.S3.Model;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.EndToEnd.Servers;

/// <summary>Requests are signed under the hash that is known of a body, so that the server compares it.</summary>
public sealed class S3BodyHashTests(CephServer ceph)
{
    [Fact]
    public async Task INV1_bytes_that_turned_since_they_were_hashed_are_refused_by_the_server()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var bucket = ceph.NewBucketName();
        using var sdk = await ceph.SdkAsync();
        await sdk.PutBucketAsync(new PutBucketRequest { BucketName = bucket }, cancellation);
        await using var store = await ceph.OpenAsync(bucket);
        var key = new ObjectKey("packs/one");
        var content = RandomNumberGenerator.GetBytes(3 << 20);
        var known = PutOptions.Data with { Hash = new ObjectHash(SHA256.HashData(content)) };

        var turned = content.ToArray();
        turned[1 << 20] ^= 1;
        var refusal = await Assert.ThrowsAsync<StoreException>(
            () => store.PutAsync(key, [turned], known, cancellation));
        Assert.Equal(StoreErrorKind.Unavailable, refusal.Kind);
        Assert.Contains("SHA256", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await store.StatAsync(key, cancellation));

        Assert.Equal(PutOutcome.Stored, await store.PutAsync(key, [content], known, cancellation));
    }
}

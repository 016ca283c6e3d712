using Amazon.S3.Model;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Storage.S3;
using Cairn.Testing.Stores;

namespace Cairn.EndToEnd.Servers;

/// <summary>The contract, over a bucket of a real server that is made for each test.</summary>
public abstract class S3Conformance(S3Server server, S3Facts facts, bool versioned) : ObjectStoreConformance
{
    readonly string _bucket = server.NewBucketName();
    S3Store? _second;

    protected override IObjectStore SecondClient => _second!;

    protected virtual IObjectStore Wrap(S3Store store) => store;

    protected override int ManyObjects => 1100;

    protected override async ValueTask<IObjectStore> CreateAsync()
    {
        using var sdk = await server.SdkAsync();
        await sdk.PutBucketAsync(new PutBucketRequest { BucketName = _bucket }, Token);
        if (versioned)
            await sdk.PutBucketVersioningAsync(
                new PutBucketVersioningRequest
                {
                    BucketName = _bucket,
                    VersioningConfig = new S3BucketVersioningConfig { Status = Amazon.S3.VersionStatus.Enabled },
                },
                Token);
        _second = await server.OpenAsync(_bucket, "some/where/", server.Options(facts));
        return Wrap(await server.OpenAsync(_bucket, "some/where/", server.Options(facts)));
    }

    protected override bool PlantForeign(string name, byte[] content)
    {
        Task.Run(async () =>
        {
            using var sdk = await server.SdkAsync();
            await sdk.PutObjectAsync(new PutObjectRequest
            {
                BucketName = _bucket, Key = $"some/where/{name}", InputStream = new MemoryStream(content),
                UseChunkEncoding = false,
            });
        }).GetAwaiter().GetResult();
        return true;
    }

    // Thousands of objects one after the other would take a minute.
    protected override async Task ArrangeAsync(string key, byte[] content)
    {
        if (!key.StartsWith("many/", StringComparison.Ordinal))
            await base.ArrangeAsync(key, content);
        else
            _pending.Add(base.ArrangeAsync(key, content));
        if (_pending.Count >= 32 || _pending.Count + _done == ManyObjects)
        {
            await Task.WhenAll(_pending);
            _done += _pending.Count;
            _pending.Clear();
        }
    }

    readonly List<Task> _pending = [];
    int _done;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_second is not null)
            await _second.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Without versions Ceph honours conditions.</summary>
public sealed class CephConformanceTests(CephServer server)
    : S3Conformance(server, new S3Facts(HonoursCreateOnly: true, Locks: false), versioned: false);

/// <summary>With versions it does not always: the store looks before it puts.</summary>
public sealed class CephVersionedConformanceTests(CephServer server)
    : S3Conformance(server, new S3Facts(HonoursCreateOnly: false, Locks: false), versioned: true);

/// <summary>It answers 500 to a GET of what is just being replaced, which only another try can mend.</summary>
public sealed class S3rverConformanceTests(S3rverServer server)
    : S3Conformance(server, new S3Facts(HonoursCreateOnly: false, Locks: false, ListsInOrder: false), versioned: false)
{
    protected override bool TellsWhoStored => false;

    protected override IObjectStore Wrap(S3Store store) =>
        new RetryingStore(store, new RetryOptions(), TimeProvider.System, Random.Shared.NextDouble);
}

using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing.Stores;

namespace Cairn.Tests.Storage;

public class CountingStoreTests
{
    [Fact]
    public async Task Requests_failures_bytes_and_objects_are_counted_by_member()
    {
        var token = TestContext.Current.CancellationToken;
        var key = new ObjectKey("a/b");
        var faulty = new FaultyStore(new MemoryStore(), StoreFaults.OnCall(3));
        var store = new CountingStore(faulty);
        await store.PutAsync(key, [new byte[10], new byte[5]], PutOptions.Hot, token);
        await store.PutAsync(key, [new byte[10]], PutOptions.Hot, token);
        await Assert.ThrowsAsync<StoreException>(() => store.PutAsync(key, [new byte[10]], PutOptions.Hot, token));
        (await store.GetAsync(key, new ByteRange(0, 4), 4, token)).Dispose();
        await Assert.ThrowsAsync<StoreException>(() => store.GetAsync(key, ByteRange.Whole, 4, token));
        await store.StatAsync(new ObjectKey("none"), token);
        await store.StatAsync(key, token);
        await foreach (var _ in store.ListAsync("", token))
        {
        }
        await store.DeleteAsync(key, token);
        Assert.Equal(
            new StoreUsage(
                Put: new MemberUsage(Requests: 3, Failures: 1, Bytes: 15, Objects: 1),
                Get: new MemberUsage(Requests: 2, Failures: 1, Bytes: 4, Objects: 1),
                Stat: new MemberUsage(Requests: 2, Failures: 0, Bytes: 0, Objects: 1),
                List: new MemberUsage(Requests: 1, Failures: 0, Bytes: 0, Objects: 1),
                Delete: new MemberUsage(Requests: 1, Failures: 0, Bytes: 0, Objects: 1)),
            store.Usage);
    }
}

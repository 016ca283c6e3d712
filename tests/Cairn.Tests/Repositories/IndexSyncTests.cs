using Cairn.Engine.Formats;
using Cairn.Engine.Repositories.Reading;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Repositories;

public sealed class IndexSyncTests
{
    static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Only_index_objects_that_are_new_are_fetched_INV_7()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var writer = new TestSnapshotWriter(test, host);
        var state = new MemoryStateFolder();
        await writer.WriteAsync(new TestTree().File("a", test.Random.Bytes(100)));
        Assert.Equal(1, await CountFetchesAsync(test, state));
        Assert.Equal(0, await CountFetchesAsync(test, state));
        await writer.WriteAsync(new TestTree().File("b", test.Random.Bytes(100)));
        Assert.Equal(1, await CountFetchesAsync(test, state));
        Assert.Equal(2, await CountFetchesAsync(test, new MemoryStateFolder()));
        Assert.Equal(0, state.OpenMaps);
    }

    [Fact]
    public async Task A_damaged_or_foreign_index_object_is_a_problem_and_no_failure()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var writer = new TestSnapshotWriter(test, host);
        await writer.WriteAsync(new TestTree().File("a", test.Random.Bytes(100)));
        await writer.WriteAsync(new TestTree().File("b", test.Random.Bytes(100)));
        var objects = await test.ObjectsAsync();
        var (name, bytes) = objects.First(item => item.Key.StartsWith("index/", StringComparison.Ordinal));
        bytes[100] ^= 1;
        test.Store.Plant(name, bytes);
        test.Store.Plant("index/nonsense", [1]);
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), None);
        Assert.Equal([name, "index/nonsense"], session.IndexProblems.Select(problem => problem.Object));
        Assert.Equal([FailureKind.Name, null], session.IndexProblems.Select(problem => problem.Kind));
        Assert.Equal([false, true], session.IndexProblems.Select(problem => problem.IsForeign));
        Assert.Equal(2, session.Index.EnumeratePacks().Count());
    }

    static async Task<int> CountFetchesAsync(TestRepository test, MemoryStateFolder state)
    {
        var store = new FaultyStore(test.Store, StoreFaults.None);
        using var repository = await test.OpenForReadingAsync(store);
        using var session = await ReadSession.OpenAsync(repository, state, None);
        return store.Calls.Count(call => call.Member == StoreMember.Get && call.Name.StartsWith("index/"));
    }
}

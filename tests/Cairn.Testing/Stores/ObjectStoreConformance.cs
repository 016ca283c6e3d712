using Cairn.Engine.Storage;
using Xunit;

namespace Cairn.Testing.Stores;

/// <summary>
/// What every store that can be written promises, sentence by sentence of <see cref="IObjectStore"/>. What a power cut
/// does is tested separately, under a file system that can have one.
/// </summary>
public abstract class ObjectStoreConformance : ObjectStoreReadConformance
{
    /// <summary>
    /// Another client of the same objects, as another process would be. The caller does not dispose it.
    /// </summary>
    protected virtual IObjectStore SecondClient => Store;

    /// <summary>False where a PUT that stored may answer AlreadyThere, because it was repeated underneath.</summary>
    protected virtual bool TellsWhoStored => true;

    protected override async Task ArrangeAsync(string key, byte[] content) => await PutAsync(key, content);

    // INV-2: nothing on the backup path overwrites.
    [Fact]
    public async Task An_object_is_never_overwritten()
    {
        Assert.Equal(PutOutcome.Stored, await PutAsync("a/b", Ten), IsSameOrRepeated);
        Assert.Equal(PutOutcome.AlreadyThere, await PutAsync("a/b", [1, 2, 3]));
        Assert.Equal(PutOutcome.AlreadyThere, await PutAsync("a/b", []));
        Assert.Equal(Ten, await ReadAsync("a/b", ByteRange.Whole));
        Assert.Equal(10, Assert.Single(await ListAsync("")).Size);
    }

    [Fact]
    public async Task Of_racing_writers_of_one_name_exactly_one_stores_and_no_reader_sees_a_mixture()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = $"race/{round}";
            var writers = Enumerable.Range(0, 8).Select(i => Task.Run(
                () => PutAsync(key, RacingContent(i), i % 2 == 0 ? Store : SecondClient),
                Token)).ToList();
            var seen = new List<byte[]>();
            while (!writers.TrueForAll(writer => writer.IsCompleted))
                if (await Store.StatAsync(new ObjectKey(key), Token) is not null)
                    seen.Add(await ReadAsync(key, ByteRange.Whole));
            var outcomes = await Task.WhenAll(writers);
            if (!Store.Capabilities.DecidesRaces)
                Assert.NotEqual(0, outcomes.Count(outcome => outcome == PutOutcome.Stored));
            else if (TellsWhoStored)
                Assert.Equal(1, outcomes.Count(outcome => outcome == PutOutcome.Stored));
            else
                Assert.InRange(outcomes.Count(outcome => outcome == PutOutcome.Stored), 0, 1);
            var final = await ReadAsync(key, ByteRange.Whole);
            Assert.Equal(20_000 + final[0], final.Length);
            Assert.All(final, b => Assert.Equal(final[0], b));
            Assert.All(seen, content => Assert.Equal(final, content));
            Assert.Single(await NamesAsync("race/"), name => name == key);
        }
    }

    [Fact]
    public async Task What_one_client_stored_the_other_reads_stats_and_lists_at_once()
    {
        for (var i = 0; i < 50; i++)
        {
            var key = new ObjectKey($"ledgers/h{i % 3}/{i:d3}");
            await SecondClient.PutAsync(key, [Ten], PutOptions.Hot, Token);
            Assert.Contains(key.Value, await NamesAsync($"ledgers/h{i % 3}/"));
            Assert.NotNull(await Store.StatAsync(key, Token));
            Assert.Equal(Ten, await ReadAsync(key.Value, ByteRange.Whole));
        }
        Assert.Equal(50, (await NamesAsync("ledgers/")).Count);
    }

    [Fact]
    public async Task A_store_that_cannot_lock_refuses_to_store_what_is_to_be_locked()
    {
        if (Store.Capabilities.CanLock)
            return;
        var locked = new PutOptions { Lock = new ObjectLock(ObjectLockMode.Governance, TimeSpan.FromDays(1)) };
        var key = new ObjectKey("a/locked");
        var error = await Assert.ThrowsAsync<StoreException>(() => Store.PutAsync(key, [Ten], locked, Token));
        Assert.Equal(StoreErrorKind.Refused, error.Kind);
        Assert.Contains("a/locked", error.Message);
        Assert.Null(await Store.StatAsync(key, Token));
    }

    [Fact]
    public async Task Content_in_many_parts_is_stored_in_their_order()
    {
        var parts = Enumerable.Range(0, 3000).Select(i => new byte[i % 5]).ToList();
        var next = (byte)0;
        foreach (var part in parts)
            for (var i = 0; i < part.Length; i++)
                part[i] = next++;
        var content = parts.Select(part => new ReadOnlyMemory<byte>(part)).ToList();
        await Store.PutAsync(new ObjectKey("a/parts"), content, PutOptions.Data, Token);
        Assert.Equal(parts.SelectMany(part => part), await ReadAsync("a/parts", ByteRange.Whole));
        await Store.PutAsync(new ObjectKey("a/none"), [], PutOptions.Hot, Token);
        Assert.Empty(await ReadAsync("a/none", ByteRange.Whole));
    }

    [Fact]
    public async Task Content_is_only_borrowed_until_the_task_ends()
    {
        var mine = Ten.ToArray();
        await PutAsync("a/b", mine);
        Array.Clear(mine);
        Assert.Equal(Ten, await ReadAsync("a/b", ByteRange.Whole));
    }

    [Fact]
    public async Task A_deleted_object_is_gone_and_deleting_again_is_no_error()
    {
        await PutAsync("a/b", Ten);
        await PutAsync("a/c", Ten);
        await Store.DeleteAsync(new ObjectKey("a/b"), Token);
        await Store.DeleteAsync(new ObjectKey("a/b"), Token);
        await Store.DeleteAsync(new ObjectKey("never/was"), Token);
        await Store.DeleteAsync(new ObjectKey("a"), Token);
        Assert.Equal(["a/c"], await NamesAsync(""));
        await FailsAsync(StoreErrorKind.NotFound, "a/b", ByteRange.Whole);
        Assert.Equal(PutOutcome.Stored, await PutAsync("a/b", [7]), IsSameOrRepeated);
        Assert.Equal([7], await ReadAsync("a/b", ByteRange.Whole));
    }

    [Fact]
    public async Task A_cancelled_token_makes_no_writing_request()
    {
        await PutAsync("a/b", Ten);
        var cancelled = new CancellationToken(canceled: true);
        await IsCancelledAsync(() => Store.PutAsync(new ObjectKey("a/c"), [Ten], PutOptions.Hot, cancelled));
        await IsCancelledAsync(() => Store.DeleteAsync(new ObjectKey("a/b"), cancelled));
        Assert.Equal(["a/b"], await NamesAsync(""));
    }

    [Fact]
    public async Task Objects_may_come_and_go_while_a_listing_runs()
    {
        for (var i = 0; i < 60; i++)
            await PutAsync($"stay/{i:d4}", Ten);
        for (var i = 0; i < 60; i++)
            await PutAsync($"stay/{i:d4}-passing", Ten);
        var churn = Task.Run(
            async () =>
            {
                for (var i = 0; i < 60; i++)
                {
                    await Store.DeleteAsync(new ObjectKey($"stay/{i:d4}-passing"), Token);
                    await PutAsync($"stay/{i:d4}-new", Ten);
                }
            },
            Token);
        do
        {
            var names = await NamesAsync("");
            Assert.Equal(names.Order(StringComparer.Ordinal), InOrder(names));
            // Elsewhere a listing may be broken off when a name vanishes.
            if (Store.Capabilities.ListsWhatWasWritten)
                Assert.Equal(60, names.Count(name => !name.EndsWith("-passing") && !name.EndsWith("-new")));
        }
        while (!churn.IsCompleted);
        await churn;
        Assert.Equal(120, (await NamesAsync("")).Count);
    }

    protected Task<PutOutcome> PutAsync(string key, byte[] content, IObjectStore? store = null) =>
        (store ?? Store).PutAsync(new ObjectKey(key), [content], PutOptions.Hot, Token);

    // Where races are not decided, nobody may store different contents under one name: names have the content's hash.
    byte[] RacingContent(int writer) => Store.Capabilities.DecidesRaces
        ? [.. Enumerable.Repeat((byte)writer, 20_000 + writer)]
        : [.. Enumerable.Repeat((byte)7, 20_007)];

    bool IsSameOrRepeated(PutOutcome expected, PutOutcome actual) => expected == actual || !TellsWhoStored;
}

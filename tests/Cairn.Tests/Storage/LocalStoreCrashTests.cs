using System.Security.Cryptography;
using Cairn.Engine.Storage;
using Cairn.Storage.Disks;
using Cairn.Storage.Local;
using Cairn.Testing;
using Cairn.Testing.Disks;

namespace Cairn.Tests.Storage;

/// <summary>
/// The power is cut behind every change that a local store makes: what it had reported as stored is there, and nothing
/// is there under its name that is not whole (INV-1, INV-3).
/// </summary>
public sealed class LocalStoreCrashTests
{
    const ulong SeedsPerCut = 21;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_reported_as_stored_survives_a_power_cut_at_any_moment(bool byLink)
    {
        var scenario = new Scenario();
        await scenario.RunAsync(byLink ? WithoutRename(scenario.Disk) : scenario.Disk);
        Assert.True(scenario.Disk.Changes > 40);
        var violation = await scenario.FindViolationAsync();
        Assert.True(violation is null, violation);
    }

    [Theory]
    [InlineData(DiskDuty.SyncFile)]
    [InlineData(DiskDuty.SyncDirectory)]
    [InlineData(DiskDuty.SyncBeforeRename)]
    public async Task A_store_that_skips_a_duty_is_found_out(DiskDuty duty)
    {
        var scenario = new Scenario();
        await scenario.RunAsync(new SkippingDisk(scenario.Disk, duty));
        Assert.NotNull(await scenario.FindViolationAsync());
    }

    [Theory]
    [InlineData(DiskDuty.SyncFile)]
    [InlineData(DiskDuty.SyncDirectory)]
    public async Task A_store_that_links_and_skips_a_duty_is_found_out(DiskDuty duty)
    {
        var scenario = new Scenario();
        await scenario.RunAsync(WithoutRename(new SkippingDisk(scenario.Disk, duty)));
        Assert.NotNull(await scenario.FindViolationAsync());
    }

    [Fact]
    public async Task What_a_cut_left_under_a_temporary_name_is_swept_a_day_later()
    {
        var scenario = new Scenario();
        await scenario.RunAsync(scenario.Disk);
        var swept = 0;
        for (var cut = 1; cut <= scenario.Disk.Changes; cut++)
        {
            var disk = scenario.Disk.CutPower(cut, seed: 3);
            var left = TemporariesIn(disk);
            disk.Now += TimeSpan.FromDays(2);
            await using var store = Open(disk);
            foreach (var directory in left.Select(LocalDirectoryOf).Distinct())
                await store.PutAsync(new ObjectKey($"{directory}later"), [new byte[1]], PutOptions.Hot, Token);
            Assert.Empty(TemporariesIn(disk));
            swept += left.Count;
        }
        Assert.True(swept > 5);
    }

    static FaultyDisk WithoutRename(IDiskOperations disk) => new(
        disk, call => call.Name == nameof(IDiskOperations.RenameWithoutReplacing) ? Errno.Invalid : null);

    static LocalStore Open(IDiskOperations disk) =>
        new("/r", "/r", new LocalStoreOptions { CreateRoot = true, Concurrency = 1 }, disk);

    /// <summary>As the beginning of a key.</summary>
    static string LocalDirectoryOf(string path) => path["/r/".Length..(path.LastIndexOf('/') + 1)];

    static List<string> TemporariesIn(CrashDisk disk, string directory = "/r")
    {
        var found = new List<string>();
        if (disk.Stat(directory) is null)
            return found;
        disk.ReadDirectory(directory, name =>
        {
            if (name.Kind == DiskKind.Directory)
                found.AddRange(TemporariesIn(disk, $"{directory}/{name.Name}"));
            else if (name.Name[0] == '~')
                found.Add($"{directory}/{name.Name}");
        });
        return found;
    }

    /// <summary>Some objects of many sizes are stored, one of them twice, one is deleted.</summary>
    sealed class Scenario
    {
        static readonly ObjectKey Deleted = new("packs/ab/deleted");

        readonly SeededRandom _random = new(7);
        readonly Dictionary<ObjectKey, byte[]> _contents = [];
        readonly List<(int At, ObjectKey Key)> _reports = [];
        int _deletionBegins;

        public CrashDisk Disk { get; } = new();

        public async Task RunAsync(IDiskOperations disk)
        {
            await using (var store = Open(disk))
            {
                await PutAsync(store, new ObjectKey("cairn.json"), 300);
                await PutAsync(store, new ObjectKey("packs/ab/one"), 5000);
                await PutAsync(store, Deleted, 700);
                await PutAsync(store, new ObjectKey("packs/cd/empty"), 0);
            }
            // Another process, to which no directory is known to be durable.
            await using (var store = Open(disk))
            {
                await PutAsync(store, new ObjectKey("packs/ab/two"), 513);
                await PutAsync(store, new ObjectKey("packs/ab/one"), 5000);
                _deletionBegins = Disk.Changes;
                await store.DeleteAsync(Deleted, Token);
                await PutAsync(store, new ObjectKey("index/three"), 1024);
            }
        }

        public async Task<string?> FindViolationAsync()
        {
            for (var cut = 1; cut <= Disk.Changes; cut++)
                for (ulong seed = 0; seed < SeedsPerCut; seed++)
                    if (await LookAsync(Disk.CutPower(cut, seed), cut) is { } wrong)
                        return $"cut behind change {cut}, seed {seed}: {wrong}\n{Disk.Describe(cut)}";
            return null;
        }

        async Task PutAsync(LocalStore store, ObjectKey key, int length)
        {
            if (!_contents.ContainsKey(key))
                _contents.Add(key, _random.Bytes(length));
            ReadOnlyMemory<byte> content = _contents[key];
            await store.PutAsync(key, [content[..(length / 3)], content[(length / 3)..]], PutOptions.Hot, Token);
            _reports.Add((Disk.Changes, key));
        }

        async Task<string?> LookAsync(CrashDisk disk, int cut)
        {
            await using var store = Open(disk);
            var visible = new HashSet<ObjectKey>();
            await foreach (var info in store.ListAsync("", Token))
            {
                if (info.ForeignName is { } foreign)
                    return $"{foreign} is no object";
                visible.Add(info.Key);
                if (!await HoldsAsync(store, info.Key))
                    return $"{info.Key} is there and not whole";
            }
            foreach (var (_, key) in _reports.Where(report => report.At <= cut))
                if (!visible.Contains(key) && (key != Deleted || cut <= _deletionBegins))
                    return $"{key} was reported and is gone";
            foreach (var (key, content) in _contents)
            {
                await store.PutAsync(key, [content], PutOptions.Hot, Token);
                if (!await HoldsAsync(store, key))
                    return $"{key} cannot be stored any more";
            }
            return null;
        }

        async Task<bool> HoldsAsync(LocalStore store, ObjectKey key)
        {
            using var buffer = await store.GetAsync(key, ByteRange.Whole, 1 << 20, Token);
            return SHA256.HashData(buffer.Span).AsSpan().SequenceEqual(SHA256.HashData(_contents[key]));
        }
    }
}

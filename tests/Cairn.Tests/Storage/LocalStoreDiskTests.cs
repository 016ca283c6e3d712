using Cairn.Engine.Storage;
using Cairn.Storage.Disks;
using Cairn.Storage.Local;
using Cairn.Testing;
using Cairn.Testing.Disks;

namespace Cairn.Tests.Storage;

/// <summary>
/// What the local store does with its disk: the order of calls, rights, leftovers, and every kind of error.
/// </summary>
public sealed class LocalStoreDiskTests : IDisposable
{
    static readonly ObjectKey Key = new("packs/ab/object");
    static readonly byte[] First = [1, 2, 3];
    static readonly byte[] Second = [4, 5];

    readonly TemporaryFolder _folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string Root => Path.Combine(_folder.Path, "r");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Content_is_synced_before_it_gets_its_name_and_the_name_before_put_returns()
    {
        var disk = new FaultyDisk(PosixDisk.Instance, _ => null);
        await using var store = Open(disk);
        await PutAsync(store);
        Assert.Equal(
            [
                "SyncDirectory ..", "MakeDirectory r", "SyncDirectory .",
                "MakeDirectory r/packs", "SyncDirectory r",
                "MakeDirectory r/packs/ab", "SyncDirectory r/packs",
                "CreateNew T", "Write T", "Sync T", "RenameWithoutReplacing r/packs/ab/object",
                "SyncDirectory r/packs/ab",
            ],
            Changes(disk));
    }

    [Fact]
    public async Task A_later_put_makes_one_write_and_two_syncs()
    {
        var disk = new FaultyDisk(PosixDisk.Instance, _ => null);
        await using var store = Open(disk);
        await PutAsync(store);
        var before = Changes(disk).Count;
        await PutAsync(store, new ObjectKey("packs/ab/other"));
        Assert.Equal(
            ["CreateNew T", "Write T", "Sync T", "RenameWithoutReplacing r/packs/ab/other", "SyncDirectory r/packs/ab"],
            Changes(disk).Skip(before));
    }

    [Fact]
    public async Task An_object_found_there_is_made_durable_too_because_its_writer_may_have_died_before()
    {
        await using (var other = Open(PosixDisk.Instance))
            await PutAsync(other);
        var disk = new FaultyDisk(PosixDisk.Instance, _ => null);
        await using var store = Open(disk, createRoot: false);
        Assert.Equal(PutOutcome.AlreadyThere, await PutAsync(store));
        Assert.Equal(["SyncDirectory r", "SyncDirectory r/packs", "SyncDirectory r/packs/ab"],
            Changes(disk).Where(call => call.StartsWith("Sync")));
    }

    [Fact]
    public async Task Where_the_disk_cannot_rename_without_replacing_the_object_is_linked()
    {
        var disk = new FaultyDisk(
            PosixDisk.Instance, call => call.Name == "RenameWithoutReplacing" ? Errno.Invalid : null);
        await using var store = Open(disk);
        Assert.Equal(PutOutcome.Stored, await PutAsync(store));
        Assert.Equal(PutOutcome.Stored, await PutAsync(store, new ObjectKey("packs/ab/other")));
        Assert.Equal(PutOutcome.AlreadyThere, await PutAsync(store));
        Assert.Single(disk.Calls, call => call.Name == "RenameWithoutReplacing");
        Assert.Equal(["object", "other"], FilesIn("packs/ab"));
    }

    [Fact]
    public async Task A_disk_that_can_do_neither_is_refused_rather_than_used_unsafely()
    {
        var disk = new FaultyDisk(PosixDisk.Instance, call => call.Name switch
        {
            "RenameWithoutReplacing" => Errno.Invalid,
            "Link" => Errno.NotPermitted,
            _ => null,
        });
        await using var store = Open(disk);
        var error = await Assert.ThrowsAsync<StoreException>(() => PutAsync(store));
        Assert.Equal(StoreErrorKind.Refused, error.Kind);
        Assert.Contains("another file system", error.Message);
        Assert.Empty(FilesIn("packs/ab"));
    }

    // INV-2: however a PUT fails, nothing half-written is there, and what was there stays.
    [Theory]
    [InlineData(Errno.InputOutput, false)]
    [InlineData(Errno.NoSpace, false)]
    [InlineData(Errno.InputOutput, true)]
    [InlineData(Errno.NoSpace, true)]
    public async Task Whichever_disk_call_of_a_put_fails_the_object_is_absent_or_whole(Errno code, bool byLink)
    {
        var failed = true;
        for (var n = 1; failed; n++)
        {
            Assert.InRange(n, 1, 60);
            if (Directory.Exists(Root))
                Directory.Delete(Root, recursive: true);
            var disk = new FaultyDisk(
                PosixDisk.Instance,
                call => call.Ordinal == n ? code
                    : byLink && call.Name == "RenameWithoutReplacing" ? Errno.NotSupported : null);
            await using var store = Open(disk);
            var error = await Record.ExceptionAsync(() => PutAsync(store));
            failed = disk.Calls.Count(call => call.Ordinal == n) > 0;
            Assert.True(error is null or StoreException, $"call {n}: {error}");
            await using var calm = Open(PosixDisk.Instance);
            var listed = await NamesAsync(calm);
            Assert.True(listed is [] or ["packs/ab/object"], $"call {n}: {string.Join(' ', listed)}");
            Assert.True(error is not null || listed is ["packs/ab/object"], $"call {n}: success without an object");
            await PutAsync(calm);
            using var read = await calm.GetAsync(Key, ByteRange.Whole, 100, Token);
            Assert.Equal([1, 2, 3, 4, 5], read.Span.ToArray());
        }
    }

    [Theory]
    [InlineData(Errno.NoSpace, StoreErrorKind.Full)]
    [InlineData(Errno.QuotaExceeded, StoreErrorKind.Full)]
    [InlineData(Errno.AccessDenied, StoreErrorKind.Refused)]
    [InlineData(Errno.NotPermitted, StoreErrorKind.Refused)]
    [InlineData(Errno.ReadOnlyFileSystem, StoreErrorKind.Refused)]
    [InlineData(Errno.InputOutput, StoreErrorKind.Failed)]
    [InlineData(Errno.FileTooLarge, StoreErrorKind.Failed)]
    [InlineData(Errno.StaleHandle, StoreErrorKind.Unavailable)]
    [InlineData(Errno.ProcessFilesFull, StoreErrorKind.Unavailable)]
    [InlineData((Errno)999, StoreErrorKind.Failed)]
    public async Task An_error_of_the_disk_has_its_kind_and_names_object_and_cure(Errno code, StoreErrorKind kind)
    {
        var disk = new FaultyDisk(PosixDisk.Instance, call => call.Name is "Write" or "Read" or "Unlink" ? code : null);
        await using var store = Open(disk);
        var put = await Assert.ThrowsAsync<StoreException>(() => PutAsync(store));
        await using (var calm = Open(PosixDisk.Instance))
            await PutAsync(calm);
        var get = await Assert.ThrowsAsync<StoreException>(() => store.GetAsync(Key, ByteRange.Whole, 9, Token));
        var delete = await Assert.ThrowsAsync<StoreException>(() => store.DeleteAsync(Key, Token));
        foreach (var (error, deed) in new[] { (put, "stored"), (get, "read"), (delete, "deleted") })
        {
            Assert.Equal((kind, Key), (error.Kind, error.Key));
            Assert.StartsWith($"packs/ab/object was not {deed}: ", error.Message);
            Assert.Contains("; ", error.Message);
            Assert.IsType<DiskException>(error.InnerException);
        }
    }

    [Fact]
    public async Task A_listing_that_the_disk_breaks_is_an_error_and_no_short_list()
    {
        await using (var calm = Open(PosixDisk.Instance))
            await PutAsync(calm);
        var disk = new FaultyDisk(
            PosixDisk.Instance,
            call => call is { Name: "ReadDirectory" } && call.Path.EndsWith("ab/") ? Errno.InputOutput : null);
        await using var store = Open(disk);
        Assert.Equal(
            StoreErrorKind.Failed, (await Assert.ThrowsAsync<StoreException>(() => NamesAsync(store))).Kind);
    }

    [Fact]
    public async Task An_object_cut_short_while_it_is_read_is_noticed()
    {
        await using var store = Open(new ShortReads());
        await PutAsync(store);
        Assert.Equal(
            StoreErrorKind.RangeNotSatisfiable,
            (await Assert.ThrowsAsync<StoreException>(() => store.GetAsync(Key, ByteRange.Whole, 9, Token))).Kind);
    }

    [Fact]
    public async Task A_monstrous_file_under_an_objects_name_takes_no_memory()
    {
        await using var store = Open(PosixDisk.Instance);
        await PutAsync(store);
        using (var file = File.OpenWrite(Path.Combine(Root, "packs/ab/object")))
            file.SetLength(4L << 40);
        Assert.Equal(
            StoreErrorKind.TooLarge,
            (await Assert.ThrowsAsync<StoreException>(
                () => store.GetAsync(Key, ByteRange.Whole, int.MaxValue, Token))).Kind);
        using var end = await store.GetAsync(Key, new ByteRange((4L << 40) - 3, 3), 3, Token);
        Assert.Equal(3, end.Length);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_told_and_not_made_except_for_a_new_repository()
    {
        await using var store = Open(PosixDisk.Instance, createRoot: false);
        foreach (var call in new[] { () => PutAsync(store), (Func<Task>)(() => NamesAsync(store)) })
        {
            var error = await Assert.ThrowsAsync<StoreException>(call);
            Assert.Equal(StoreErrorKind.NotFound, error.Kind);
            Assert.Contains(Root, error.Message);
        }
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public async Task A_folder_removed_under_a_running_store_is_made_again()
    {
        await using var store = Open(PosixDisk.Instance);
        await PutAsync(store);
        Directory.Delete(Path.Combine(Root, "packs"), recursive: true);
        Assert.True((await Assert.ThrowsAsync<StoreException>(() => PutAsync(store))).IsTransient);
        Assert.Equal(PutOutcome.Stored, await PutAsync(store));
    }

    [Fact]
    public async Task A_directory_in_the_place_of_an_object_is_a_failure_and_not_the_object()
    {
        Directory.CreateDirectory(Path.Combine(Root, "packs/ab/object"));
        await using var store = Open(PosixDisk.Instance);
        Assert.Equal(StoreErrorKind.Failed, (await Assert.ThrowsAsync<StoreException>(() => PutAsync(store))).Kind);
        Assert.Null(await store.StatAsync(Key, Token));
        Assert.Empty(await NamesAsync(store));
    }

    [Fact]
    public async Task Leftovers_of_crashes_are_never_listed_and_removed_when_a_day_old()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, "packs/ab")).FullName;
        var fresh = Path.Combine(folder, "~0123456789abcdef0123456789abcdef.tmp");
        var old = Path.Combine(folder, "~fedcba9876543210fedcba9876543210.tmp");
        var stranger = Path.Combine(folder, "~strange.tmp");
        foreach (var path in new[] { fresh, old, stranger })
        {
            File.WriteAllBytes(path, First);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(path == fresh ? -23 : -25));
        }
        await using var store = Open(PosixDisk.Instance);
        Assert.Equal(["packs/ab/~strange.tmp"], await NamesAsync(store));
        Assert.Equal(3, FilesIn("packs/ab").Count);
        await PutAsync(store);
        Assert.Equal(["packs/ab/object", "packs/ab/~strange.tmp"], await NamesAsync(store));
        Assert.Equal(["object", Path.GetFileName(fresh), "~strange.tmp"], FilesIn("packs/ab"));
    }

    [Fact]
    public async Task Leftovers_are_removed_at_once_for_who_knows_that_nobody_writes()
    {
        foreach (var folder in new[] { "packs/ab", "packs/cd", "index" })
        {
            Directory.CreateDirectory(Path.Combine(Root, folder));
            File.WriteAllBytes(Path.Combine(Root, folder, "~0123456789abcdef0123456789abcdef.tmp"), First);
            File.WriteAllBytes(Path.Combine(Root, folder, "object"), First);
        }
        await using var store = Open(PosixDisk.Instance);
        await store.RemoveLeftoversAsync("packs/", Token);
        await store.RemoveLeftoversAsync("nothing/here/", Token);
        Assert.Equal(["object"], FilesIn("packs/ab"));
        Assert.Equal(["object"], FilesIn("packs/cd"));
        Assert.Equal(2, FilesIn("index").Count);
    }

    [Fact]
    public async Task A_writer_whose_file_was_swept_away_stores_nothing_and_may_try_again()
    {
        var swept = false;
        FaultyDisk? disk = null;
        disk = new FaultyDisk(PosixDisk.Instance, call =>
        {
            if (call.Name != "RenameWithoutReplacing" || swept)
                return null;
            swept = true;
            File.Delete(disk!.Calls.Last(c => c.Name == "CreateNew").Path);
            return null;
        });
        await using var store = Open(disk);
        Assert.True((await Assert.ThrowsAsync<StoreException>(() => PutAsync(store))).IsTransient);
        Assert.Equal(PutOutcome.Stored, await PutAsync(store));
    }

    [Fact]
    public async Task Only_the_owner_may_enter_and_read()
    {
        await using var store = Open(PosixDisk.Instance);
        await PutAsync(store);
        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var folder in new[] { "", "packs", "packs/ab" })
            Assert.Equal(file | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(Root, folder)));
        Assert.Equal(file, File.GetUnixFileMode(Path.Combine(Root, "packs/ab/object")));
    }

    [Fact]
    public async Task A_linked_folder_is_followed_and_a_foreign_one_is_told_and_not_entered()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(_folder.Path, "big-disk")).FullName;
        Directory.CreateDirectory(Path.Combine(Root, "lost+found/deep"));
        File.CreateSymbolicLink(Path.Combine(Root, "packs"), elsewhere);
        File.CreateSymbolicLink(Path.Combine(Root, "dangling"), "/nowhere/at/all");
        await using var store = Open(PosixDisk.Instance);
        await PutAsync(store);
        Assert.True(File.Exists(Path.Combine(elsewhere, "ab/object")));
        Assert.Equal(["lost+found/", "packs/ab/object"], await NamesAsync(store));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task A_directory_larger_than_what_is_held_in_memory_is_listed_in_order_all_the_same(int namesAtOnce)
    {
        await using var store = Open(PosixDisk.Instance);
        var expected = Enumerable.Range(0, 40).Select(i => i % 4 == 0 ? $"d{i:d2}/x" : $"d{i:d2}").ToList();
        foreach (var name in Enumerable.Reverse(expected))
            await PutAsync(store, new ObjectKey(name));
        var listing = new LocalListing(Root, PosixDisk.Instance) { NamesAtOnceMax = namesAtOnce };
        Assert.Equal(expected, listing.Walk("").Select(info => info.Name));
    }

    LocalStore Open(IDiskOperations disk, bool createRoot = true) =>
        new(Root, "r", new LocalStoreOptions { CreateRoot = createRoot }, disk);

    static Task<PutOutcome> PutAsync(IObjectStore store, ObjectKey? key = null) =>
        store.PutAsync(key ?? Key, [First, Second], PutOptions.Data, Token);

    static async Task<List<string>> NamesAsync(IObjectStore store)
    {
        var names = new List<string>();
        await foreach (var info in store.ListAsync("", Token))
            names.Add(info.Name);
        return names;
    }

    List<string> FilesIn(string folder) =>
    [
        .. Directory.GetFiles(Path.Combine(Root, folder))
            .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal),
    ];

    List<string> Changes(FaultyDisk disk) =>
    [
        .. disk.Calls
            .Where(call => call.Name is not ("Stat" or "StatOpen" or "ReadDirectory"))
            .Select(call => call.Name + " " + (call.Path.EndsWith(".tmp")
                ? "T"
                : Path.GetRelativePath(_folder.Path, call.Path))),
    ];

    sealed class ShortReads : IDiskOperations
    {
        readonly PosixDisk _disk = PosixDisk.Instance;

        public IDiskFile CreateNew(string path) => _disk.CreateNew(path);
        public IDiskFile OpenRead(string path) => new Shorter(_disk.OpenRead(path));
        public void MakeDirectory(string path) => _disk.MakeDirectory(path);
        public void SyncDirectory(string path) => _disk.SyncDirectory(path);
        public void RenameWithoutReplacing(string from, string to) => _disk.RenameWithoutReplacing(from, to);
        public void Link(string from, string to) => _disk.Link(from, to);
        public void Unlink(string path) => _disk.Unlink(path);
        public DiskFacts? Stat(string path) => _disk.Stat(path);
        public void ReadDirectory(string path, Action<DiskName> visit) => _disk.ReadDirectory(path, visit);

        sealed class Shorter(IDiskFile file) : IDiskFile
        {
            public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts) => file.Write(parts);
            public void Sync() => file.Sync();
            public int Read(Span<byte> destination, long offset) => file.Read(destination[..^1], offset);
            public DiskFacts Stat() => file.Stat();
            public void Dispose() => file.Dispose();
        }
    }
}

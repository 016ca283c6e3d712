using System.Text;
using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Entries;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Init;
using Cairn.Engine.Operations.KeyChanges;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Snapshots;
using Cairn.Engine.State;
using Cairn.Engine.Storage;
using Cairn.Storage.Disks;
using Cairn.Storage.Local;
using Cairn.Testing;
using Cairn.Testing.Disks;
using Cairn.Testing.State;
using Cairn.Testing.Time;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations;

/// <summary>The files of a snapshot with their contents; directories and links without.</summary>
sealed class SavedTree : SortedDictionary<string, byte[]?>
{
    public SavedTree() : base(StringComparer.Ordinal) { }
}

/// <summary>What a test puts between a <see cref="PowerCutWorld"/> and what it stands on.</summary>
sealed record WorldSeams
{
    public static readonly WorldSeams None = new();

    public Func<IDiskOperations, IDiskOperations> Disk { get; init; } = disk => disk;
    public Func<IObjectStore, IObjectStore> Store { get; init; } = store => store;
    public Func<IStateFolder, IStateFolder> State { get; init; } = state => state;
}

/// <param name="At">Changes of the disk when the operation returned.</param>
sealed record Reported(int At, SnapshotName Snapshot, SavedTree Tree);

/// <summary>
/// A machine with a local repository and local state on one <see cref="CrashDisk"/>: the steps of a small history, and
/// what of them was reported as done at which change of the disk.
/// </summary>
sealed partial class PowerCutWorld
{
    public const string Root = "/r";
    public const string StateRoot = "/state";
    public const string OldPassphrase = "correct horse";
    public const string NewPassphrase = "battery staple";

    /// <summary>Two names of one file.</summary>
    public const string FirstName = "dir/text", SecondName = "second name";

    static readonly ChunkerParameters SmallChunks = ChunkerParameters.TryCreate(1024, 8192, 32768)!;

    public static readonly IReadOnlyList<Func<PowerCutWorld, Task>> Steps =
    [
        world => world.InitAsync(),
        world => world.BackupAsync(),
        world => world.ChangeAndBackupAsync(generation: 1),
        world => world.ChangePassphraseAsync(),
        world => world.ChangeAndBackupAsync(generation: 2),
    ];

    readonly PassphraseParameters _cheap;

    public PowerCutWorld(ulong seed)
    {
        Random = new SeededRandom(seed);
        Environment = new EngineEnvironment(Time, Random, new BufferPool());
        Source = new MemorySource(Time);
        Disk = new CrashDisk();
        _cheap = PassphraseParameters.TryCreate(
            new PassphraseSalt(Random.Bytes(PassphraseSalt.Size)), PassphraseParameters.MemoryKiBMin,
            PassphraseParameters.PassesMin, PassphraseParameters.Lanes)!;
        Source.File("readme", "hello"u8.ToArray());
        Source.File("dir/large", Random.Bytes(30_000));
        Source.File(FirstName, [.. Enumerable.Repeat((byte)'x', 9000)]);
        Source.File("empty", []);
        Source.Symlink("link", "readme");
        Source.Link(SecondName, FirstName);
        Time.Advance(TimeSpan.FromMinutes(1));
    }

    /// <summary>The same world, with its source and its clock, going on with another disk that is all
    /// durable.</summary>
    PowerCutWorld(PowerCutWorld other, CrashDisk disk)
    {
        (Random, Time, Environment, Source, _cheap) =
            (other.Random, other.Time, other.Environment, other.Source, other._cheap);
        (Disk, Init) = (disk, other.Init);
        RecoveryKeys.AddRange(other.RecoveryKeys);
        SavedAt = other.SavedAt is null ? null : 0;
        InitAt = other.InitAt is null ? null : 0;
        NewPassphraseBegun = other.NewPassphraseBegun is null ? null : 0;
        NewPassphraseAt = other.NewPassphraseAt is null ? null : 0;
        Snapshots.AddRange(other.Snapshots.Select(snapshot => snapshot with { At = 0 }));
        Trees.AddRange(other.Trees);
    }

    public SeededRandom Random { get; }
    public ManualTime Time { get; } = new();
    public EngineEnvironment Environment { get; }
    public MemorySource Source { get; }
    public CrashDisk Disk { get; }

    public WorldSeams Seams { get; init; } = WorldSeams.None;

    /// <summary>What the owner keeps: known since just before there was a repository.</summary>
    public InitResult? Init { get; private set; }

    /// <summary>All recovery keys that the owner was ever given, in order.</summary>
    public List<SealingKey> RecoveryKeys { get; } = [];

    public int? SavedAt { get; private set; }
    public int? InitAt { get; private set; }
    public int? NewPassphraseBegun { get; private set; }
    public int? NewPassphraseAt { get; private set; }
    public List<Reported> Snapshots { get; } = [];

    /// <summary>All that any backup was asked to save, reported or not.</summary>
    public List<SavedTree> Trees { get; } = [];

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>All that a cut may have left is durable on the other disk, and what was reported, was.</summary>
    public PowerCutWorld On(CrashDisk disk, WorldSeams? seams = null) =>
        new(this, disk) { Seams = seams ?? WorldSeams.None };

    public async Task RunAllAsync()
    {
        foreach (var step in Steps)
            await step(this);
    }

    public IObjectStore OpenStore(bool createsRoot = false) => Seams.Store(new LocalStore(
        Root, Root, new LocalStoreOptions { CreateRoot = createsRoot, Concurrency = 1 }, Seams.Disk(Disk)));

    public IStateFolder OpenState() => Seams.State(new CrashStateFolder(Disk, StateRoot));

    public async Task InitAsync()
    {
        using var passphrase = SecretOf(OldPassphrase);
        var options = new InitOptions
        {
            Passphrase = passphrase, HostName = "host", Chunking = SmallChunks, PackBytes = Descriptor.PackBytesMin,
            PassphraseParameters = _cheap,
            Save = result =>
            {
                Init = result;
                RecoveryKeys.Add(result.RecoveryKey);
                SavedAt = Disk.Changes;
            },
        };
        await using var store = OpenStore(createsRoot: true);
        await InitOperation.RunAsync(store, options, Environment, Token);
        InitAt = Disk.Changes;
    }

    public async Task<BackupResult> BackupAsync()
    {
        await using var store = OpenStore();
        using var repository = await RepositoryOpener.OpenWithCredentialAsync(
            store, Init!.Credential, Environment, Token);
        var tree = Capture();
        Trees.Add(tree);
        var result = await BackupOperation.RunAsync(
            repository, OpenState(), new BackupInput { Files = Source }, Options, new BackupMonitor(), Token);
        Snapshots.Add(new Reported(Disk.Changes, result.Snapshot!.Value, tree));
        Time.Advance(TimeSpan.FromMinutes(1));
        return result;
    }

    /// <summary>The change is the same however often the step is repeated.</summary>
    public async Task ChangeAndBackupAsync(int generation)
    {
        var random = new SeededRandom((ulong)generation);
        Source.File($"new{generation}", random.Bytes(6000));
        Source.File("readme", random.Bytes(100));
        Time.Advance(TimeSpan.FromMinutes(1));
        await BackupAsync();
    }

    public static BackupOptions Options { get; } = new()
    {
        Source = "test", Roots = [Encoding.Latin1.GetBytes("/")], UserName = "someone", Program = "tests", Workers = 1,
    };

    /// <summary>Every file of the disk below that directory, with its content.</summary>
    public SortedDictionary<string, byte[]> Files(string directory)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        if (Disk.Stat(directory) is null)
            return files;
        Disk.ReadDirectory(directory, name =>
        {
            var path = $"{directory}/{name.Name}";
            if (name.Kind == DiskKind.Directory)
            {
                foreach (var (below, bytes) in Files(path))
                    files.Add(below, bytes);
                return;
            }
            using var file = Disk.OpenRead(path);
            var content = new byte[file.Stat().Size];
            file.Read(content, offset: 0);
            files.Add(path, content);
        });
        return files;
    }

    SavedTree Capture()
    {
        var tree = new SavedTree();
        foreach (var (path, node) in Source.Nodes)
            tree.Add(path, node.Kind == EntryKind.File ? node.Content : null);
        return tree;
    }

    static SecretKey SecretOf(string text) => SecretKey.CopyFrom(Encoding.UTF8.GetBytes(text));
}

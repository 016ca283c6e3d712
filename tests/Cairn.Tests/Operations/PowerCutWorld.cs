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

/// <param name="At">Changes of the disk when the operation returned.</param>
sealed record Reported(int At, SnapshotName Snapshot, SavedTree Tree);

/// <summary>
/// A machine with a local repository and local state on one <see cref="CrashDisk"/>: the steps of a small history, and
/// what of them was reported as done at which change of the disk.
/// </summary>
sealed class PowerCutWorld
{
    public const string Root = "/r";
    public const string StateRoot = "/state";
    const string OldPassphrase = "correct horse";
    const string NewPassphrase = "battery staple";

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
        Source.File("dir/text", [.. Enumerable.Repeat((byte)'x', 9000)]);
        Source.File("empty", []);
        Source.Symlink("link", "readme");
        Time.Advance(TimeSpan.FromMinutes(1));
    }

    /// <summary>The same world, with its source and its clock, going on with another disk that is all
    /// durable.</summary>
    PowerCutWorld(PowerCutWorld other, CrashDisk disk)
    {
        (Random, Time, Environment, Source, _cheap) =
            (other.Random, other.Time, other.Environment, other.Source, other._cheap);
        (Disk, Init) = (disk, other.Init);
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

    /// <summary>Puts something between the store and the disk.</summary>
    public Func<CrashDisk, IDiskOperations> Through { get; init; } = disk => disk;

    /// <summary>What the owner keeps: known since just before there was a repository.</summary>
    public InitResult? Init { get; private set; }

    public int? SavedAt { get; private set; }
    public int? InitAt { get; private set; }
    public int? NewPassphraseBegun { get; private set; }
    public int? NewPassphraseAt { get; private set; }
    public List<Reported> Snapshots { get; } = [];

    /// <summary>All that any backup was asked to save, reported or not.</summary>
    public List<SavedTree> Trees { get; } = [];

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>All that a cut may have left is durable on the other disk, and what was reported, was.</summary>
    public PowerCutWorld On(CrashDisk disk, Func<CrashDisk, IDiskOperations>? through = null) =>
        new(this, disk) { Through = through ?? (same => same) };

    public async Task RunAllAsync()
    {
        foreach (var step in Steps)
            await step(this);
    }

    public LocalStore OpenStore(bool createsRoot = false) => new(
        Root, Root, new LocalStoreOptions { CreateRoot = createsRoot, Concurrency = 1 }, Through(Disk));

    public IStateFolder OpenState() => new CrashStateFolder(Disk, StateRoot);

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

    public async Task ChangePassphraseAsync()
    {
        NewPassphraseBegun = Disk.Changes;
        await using var store = OpenStore();
        using var repository = await OpenForReadingAsync(store);
        using var old = new PassphraseSecret(SecretOf(OldPassphrase));
        using var changed = SecretOf(NewPassphrase);
        await KeyOperations.ChangePassphraseAsync(repository, old, changed, _cheap, Token);
        NewPassphraseAt = Disk.Changes;
        Time.Advance(TimeSpan.FromMinutes(1));
    }

    public async Task<Repository> OpenForReadingAsync(IObjectStore store)
    {
        using var secret = new SealingKeySecret(new SealingKey(Init!.RecoveryKey.Secret.Copy()));
        return await RepositoryOpener.OpenWithSecretAsync(store, secret, Environment, Token);
    }

    /// <summary>Which of the two passphrases open the repository.</summary>
    public async Task<(bool Old, bool New)> TryPassphrasesAsync(IObjectStore store) =>
        (await OpensAsync(store, OldPassphrase), await OpensAsync(store, NewPassphrase));

    public static BackupOptions Options { get; } = new()
    {
        Source = "test", Roots = [Encoding.Latin1.GetBytes("/")], UserName = "someone", Program = "tests", Workers = 1,
    };

    async Task<bool> OpensAsync(IObjectStore store, string passphrase)
    {
        using var secret = new PassphraseSecret(SecretOf(passphrase));
        try
        {
            (await RepositoryOpener.OpenWithSecretAsync(store, secret, Environment, Token)).Dispose();
            return true;
        }
        catch (WrongKeyException)
        {
            return false;
        }
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

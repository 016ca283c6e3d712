using Cairn.Engine.Crypto;
using Cairn.Engine.Entries;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.KeyChanges;
using Cairn.Engine.Operations.Tag;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;
using Cairn.Testing;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Backup;
using Google.Protobuf;

namespace Cairn.Tests.Damage;

/// <summary>A snapshot, and what a restore of it must give.</summary>
/// <param name="Streams">Restored beside the tree.</param>
sealed record SavedSnapshot(
    SnapshotName Name, SortedDictionary<string, Expected> Tree, IReadOnlyDictionary<string, byte[]> Streams);

/// <summary>
/// A small repository with an object of every kind that there is code to read: two hosts, three snapshots, an interim
/// ledger, a changed passphrase, retired records and moves. Large files have lists of extents; the hosts share blobs.
/// </summary>
sealed class DamageWorld : IAsyncDisposable
{
    public const string NewPassphrase = "another horse";

    readonly BackupWorld _world;
    HostCredential? _other;

    DamageWorld(BackupWorld world) => _world = world;

    public TestRepository Test => _world.Test;
    public List<SavedSnapshot> Snapshots { get; } = [];

    /// <summary>The first host's, after its last backup.</summary>
    public MemoryStateFolder State => _world.State;

    public SortedDictionary<string, byte[]> Objects { get; private set; } = [];

    /// <summary>Names of objects in the order they were written.</summary>
    public List<string> History { get; } = [];

    public SignerId SecondHost { get; private set; }

    public static async Task<DamageWorld> CreateAsync(ulong seed = 1)
    {
        var world = new DamageWorld(await BackupWorld.CreateAsync(seed));
        await world.FillAsync();
        world.Objects = await world.Test.ObjectsAsync();
        return world;
    }

    public async ValueTask DisposeAsync()
    {
        _other?.Dispose();
        await _world.DisposeAsync();
    }

    async Task FillAsync()
    {
        await NoteAsync();
        var source = _world.Source;
        new LedgerChain(State, HostOf(Test.Init.Credential)).Begin();
        AddFiles(source, "");
        await BackupAsync(Test.Init.Credential, State, source, "first");
        await PutInterimLedgerAsync();
        await RetireAsync();
        source.File("dir/changed", Test.Random.Bytes(30_000));
        source.Remove("dir/gone");
        await BackupAsync(Test.Init.Credential, State, source, "second");

        _other = await Test.EnrolAsync("second");
        SecondHost = HostOf(_other);
        await NoteAsync();
        var others = new MemorySource(_world.Time);
        others.File("copy of large", source.Nodes["dir/large"].Content);
        others.File("own", Test.Random.Bytes(20_000));
        var state = new MemoryStateFolder();
        new LedgerChain(state, SecondHost).Begin();
        await BackupAsync(_other, state, others, "third", ("dump", Test.Random.Bytes(15_000)));
        await ChangePassphraseAsync();
        await MoveAsync();
    }

    void AddFiles(MemorySource source, string below)
    {
        source.File($"{below}dir/large", Test.Random.Bytes(200_000));
        source.File($"{below}dir/changed", Test.Random.Bytes(10_000));
        source.File($"{below}dir/gone", Test.Random.Bytes(3_000));
        source.File($"{below}dir/text", [.. Enumerable.Repeat((byte)'x', 20_000)]);
        source.File($"{below}other/small", Test.Random.Bytes(100));
        source.File($"{below}other/empty", []);
        source.Link($"{below}other/second name", $"{below}other/small");
        source.Symlink($"{below}link", "dir/large");
        source.Nodes[$"{below}dir/text"].Attributes =
            [new ExtendedAttribute("user.large"u8.ToArray(), Test.Random.Bytes(3_000))];
    }

    async Task BackupAsync(
        HostCredential credential, MemoryStateFolder state, MemorySource source, string tag,
        params (string Name, byte[] Content)[] streams)
    {
        _world.Wait();
        using var repository = await RepositoryOpener.OpenWithCredentialAsync(
            Test.Store, credential, _world.Environment, default);
        var result = await BackupOperation.RunAsync(
            repository, state, new BackupInput
            {
                Files = source, Streams = [.. streams.Select(stream => new TestStream(stream.Name, stream.Content))],
            },
            BackupWorld.Options with { Workers = 1, Tags = [tag] }, new BackupMonitor(), default);
        var tree = new SortedDictionary<string, Expected>(StringComparer.Ordinal);
        foreach (var (path, node) in source.Nodes)
            tree.Add(path, new Expected(
                node.Kind, node.Kind == EntryKind.File ? node.Content : null, node.Mode, node.Modified,
                node.LinkTarget));
        Snapshots.Add(new SavedSnapshot(
            Assert.NotNull(result.Snapshot), tree,
            streams.ToDictionary(stream => stream.Name, stream => stream.Content)));
        await NoteAsync();
    }

    /// <summary>As a checkpoint writes it, in the middle of the host's chain.</summary>
    async Task PutInterimLedgerAsync()
    {
        var credential = Test.Init.Credential;
        var chain = new LedgerChain(State, HostOf(credential));
        using var repository = await RepositoryOpener.OpenWithCredentialAsync(
            Test.Store, credential, _world.Environment, default);
        var ledger = new Ledger
        {
            Kind = LedgerKind.Interim, Time = _world.Time.GetUtcNow(), Session = Ulid.New(_world.Time, Test.Random),
            Source = KeyedName.Of(credential.Shared.Index, "test"), Tags = [], Previous = chain.Last(), Packs = [],
        };
        var ulid = Ulid.New(_world.Time, Test.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.Ledger, domain: 0, ulid, LedgerCodec.Encode(ledger), repository.Keys,
            repository.RequireHost().Signer, Test.Random);
        var hash = ObjectWriter.HashOf(stored);
        await Test.Store.PutAsync(
            ObjectNames.Ledger(HostOf(credential), ulid, hash), [stored], PutOptions.Hot, default);
        chain.Remember(hash);
        await NoteAsync();
    }

    async Task RetireAsync()
    {
        using var opened = await Test.OpenForReadingAsync();
        var maintainer = new ScriptedMaintainer(Test, opened);
        await maintainer.CondemnAsync(new ObjectHash(Test.Random.Bytes(32)));
        await NoteAsync();
        await maintainer.ProposeVoidAsync(new ObjectHash(Test.Random.Bytes(32)));
        await NoteAsync();
        foreach (var tag in new[] { "yearly", "keep" })
        {
            var plan = await TagOperation.PlanAsync(opened, all => all, new TagChange { Add = [tag] }, default);
            await TagOperation.ExecuteAsync(opened, plan, default);
            await NoteAsync();
        }
    }

    async Task ChangePassphraseAsync()
    {
        using var opened = await Test.OpenForReadingAsync();
        using var old = new Engine.Repositories.Keys.PassphraseSecret(SecretOf(TestRepository.Passphrase));
        using var passphrase = SecretOf(NewPassphrase);
        var parameters = PassphraseParameters.TryCreate(
            new PassphraseSalt(Test.Random.Bytes(PassphraseSalt.Size)), PassphraseParameters.MemoryKiBMin,
            PassphraseParameters.PassesMin, PassphraseParameters.Lanes);
        await KeyOperations.ChangePassphraseAsync(opened, old, passphrase, parameters, default);
        await NoteAsync();
    }

    /// <summary>Two records of moves between packs that are long gone.</summary>
    async Task MoveAsync()
    {
        using var opened = await Test.OpenForReadingAsync();
        ObjectHash? previous = null;
        for (var sequence = 1UL; sequence <= 2; sequence++)
        {
            var record = new MoveRecord
            {
                Sequence = sequence, Created = _world.Time.GetUtcNow().ToUnixTimeMilliseconds(),
                Previous = previous is { } hash ? ByteString.CopyFrom(hash.AsSpan()) : ByteString.Empty,
                Moves =
                {
                    new PackMove
                    {
                        From = ByteString.CopyFrom(Test.Random.Bytes(32)),
                        To = ByteString.CopyFrom(Test.Random.Bytes(32)), FromRows = { 0, 1 }, ToRows = { 5, 6 },
                    },
                },
            };
            var ulid = Ulid.New(_world.Time, Test.Random);
            var stored = IndexEnvelope.Seal(
                ObjectType.Moves, domain: 0, ulid, record.ToByteArray(), opened.Keys, opened.RequireSecrets().Admin,
                Test.Random);
            previous = ObjectWriter.HashOf(stored);
            await Test.Store.PutAsync(
                ObjectNames.Dated(ObjectNames.Moves, ulid, previous.Value), [stored], PutOptions.Hot, default);
            await NoteAsync();
        }
    }

    async Task NoteAsync()
    {
        History.AddRange((await Test.ObjectsAsync()).Keys.Except(History).ToList());
        // So that ULIDs, and with them names, are in the order of writing.
        _world.Wait();
        Test.Time.Advance(TimeSpan.FromSeconds(1));
    }

    static SecretKey SecretOf(string text) => SecretKey.CopyFrom(System.Text.Encoding.UTF8.GetBytes(text));

    static SignerId HostOf(HostCredential credential)
    {
        using var signer = new Signer(credential.HostSeed);
        return signer.Id;
    }
}

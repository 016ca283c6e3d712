using Cairn.App.Configuration;
using Cairn.App.Secrets;
using Cairn.App.Text;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Storage;
using Cairn.Storage;

namespace Cairn.App.Access;

/// <summary>Finds and opens the repository that a use-case is about.</summary>
sealed class RepositoryAccess
{
    public const string RepositoryVariable = "CAIRN_REPOSITORY";

    readonly AppEnvironment _environment;
    readonly AccessOptions _options;

    public RepositoryAccess(AppEnvironment environment, AccessOptions options)
    {
        _environment = environment;
        _options = options;
        Configuration = ConfigurationReader.Read(environment.Paths, environment.Variable("HOME"));
        Secrets = new SecretSources(environment, Configuration);
        Credentials = new CredentialStore(environment.Paths, environment.Events);
        Stores = new StoreAccess(environment, options);
    }

    public CairnConfiguration Configuration { get; }
    public SecretSources Secrets { get; }
    public CredentialStore Credentials { get; }

    /// <summary>Whether somebody said where the repository is.</summary>
    public bool HasLocation => LocationText is not null;

    string? LocationText => _options.Repository ?? NonEmpty(_environment.Variable(RepositoryVariable))
        ?? Configuration.Repository;

    public StoreLocation Location
    {
        get
        {
            var text = LocationText
                ?? throw new UsageException(
                    "no repository is given",
                    $"name it with -r REPOSITORY, in {RepositoryVariable}, or as \"repository:\" in "
                    + _environment.Paths.ConfigurationFile);
            if (ByteText.HasRawBytes(text))
                throw new UsageException("the repository's location is no UTF-8 text");
            return StoreLocation.Parse(text, ByteText.FromBytes(_environment.WorkingFolder.Span));
        }
    }

    /// <summary>Whether it is the repository of the configuration, and not another that an option or variable
    /// names.</summary>
    public bool IsConfigured => Configuration.Repository is { } configured
        && StoreLocation.Parse(configured, ByteText.FromBytes(_environment.WorkingFolder.Span)).Text == Location.Text;

    public StoreAccess Stores { get; }

    /// <summary>For <c>init</c> only: elsewhere a missing folder must stay missing.</summary>
    public IObjectStore OpenStore(bool createRoot) => View(Stores.Open(Location, createRoot));

    /// <summary>Puts something around every store that is opened.</summary>
    public Func<IObjectStore, IObjectStore> View { get; init; } = store => store;

    /// <summary>Absolute; null without one.</summary>
    public string? SpoolFolder => _options.Spool is { } spool
        ? Path.GetFullPath(spool, ByteText.FromBytes(_environment.WorkingFolder.Span)) : null;

    public async Task<OpenRepository> OpenForBackupAsync(CancellationToken cancellationToken)
    {
        var store = StoreAccess.Prefetching(
            OpenStore(createRoot: false), OpeningPlans.BackingUp, _environment.Time);
        try
        {
            var descriptor = await RepositoryOpener.ReadDescriptorAsync(store, cancellationToken);
            using var credential = Credentials.TryRead(descriptor.Id) ?? throw new CredentialException(
                $"this machine has no credential for the repository at {store.Location}, so it cannot back up to it. "
                + "Make a request here with \"cairn host request\", and have it enrolled by whoever has the key");
            return new OpenRepository(store, await RepositoryOpener.OpenWithCredentialAsync(
                store, descriptor, credential, _environment.Engine, cancellationToken));
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>With a credential of this machine if there is one, so that nobody is asked for anything; else with the
    /// key.</summary>
    public Task<OpenRepository> OpenForListingHostsAsync(CancellationToken cancellationToken) =>
        OpenWithCredentialOrSecretAsync(
            async (store, descriptor) => await TryOpenAsHostAsync(store, descriptor, cancellationToken)
                ?? await TryOpenAsMaintainerAsync(store, descriptor, cancellationToken),
            cancellationToken);

    /// <summary>
    /// With this machine's credential if it is a maintainer's, which reads nothing; else with the repository's key.
    /// </summary>
    public Task<OpenRepository> OpenForMaintenanceAsync(CancellationToken cancellationToken) =>
        OpenWithCredentialOrSecretAsync(
            (store, descriptor) => TryOpenAsMaintainerAsync(store, descriptor, cancellationToken), cancellationToken);

    async Task<OpenRepository> OpenWithCredentialOrSecretAsync(
        Func<IObjectStore, Descriptor, Task<Repository?>> tryOpen, CancellationToken cancellationToken)
    {
        var store = OpenStore(createRoot: false);
        try
        {
            var descriptor = await RepositoryOpener.ReadDescriptorAsync(store, cancellationToken);
            if (await tryOpen(store, descriptor) is { } repository)
                return new OpenRepository(store, repository);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
        await store.DisposeAsync();
        return await OpenForReadingAsync(cancellationToken);
    }

    async Task<Repository?> TryOpenAsHostAsync(
        IObjectStore store, Descriptor descriptor, CancellationToken cancellationToken)
    {
        using var host = Credentials.TryRead(descriptor.Id);
        return host is null ? null
            : await RepositoryOpener.OpenWithCredentialAsync(
                store, descriptor, host, _environment.Engine, cancellationToken);
    }

    async Task<Repository?> TryOpenAsMaintainerAsync(
        IObjectStore store, Descriptor descriptor, CancellationToken cancellationToken)
    {
        using var maintainer = Credentials.TryReadMaintainer(descriptor.Id);
        return maintainer is null ? null
            : await RepositoryOpener.OpenWithMaintainerAsync(
                store, descriptor, maintainer, _environment.Engine, cancellationToken);
    }

    public async Task<OpenRepository> OpenForReadingAsync(CancellationToken cancellationToken) =>
        (await OpenWithSecretAsync(keepSecret: false, cancellationToken)).Repository;

    /// <summary>With <paramref name="keepSecret"/> the caller gets the secret too, and disposes it.</summary>
    public async Task<(OpenRepository Repository, UnlockSecret? Secret)> OpenWithSecretAsync(
        bool keepSecret, CancellationToken cancellationToken)
    {
        var store = OpenStore(createRoot: false);
        UnlockSecret? secret = null;
        try
        {
            // Before a passphrase is asked for: whether there is anything to open.
            var descriptor = await RepositoryOpener.ReadDescriptorAsync(store, cancellationToken);
            secret = Secrets.GetUnlockSecret(_options, cancellationToken);
            var repository = await RepositoryOpener.OpenWithSecretAsync(
                store, descriptor, secret, _environment.Engine, cancellationToken);
            foreach (var problem in repository.Problems)
                _environment.Events.Notice(problem);
            if (!keepSecret)
                secret.Dispose();
            return (new OpenRepository(store, repository), keepSecret ? secret : null);
        }
        catch
        {
            secret?.Dispose();
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>The name under which this machine's snapshots stand.</summary>
    public string HostNameFor(Repository repository)
    {
        using var credential = Credentials.TryRead(repository.Id);
        return credential?.HostName ?? _environment.HostName;
    }

    static string? NonEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}

/// <summary>A repository and its store; owns both, and whatever else is to end with them.</summary>
sealed record OpenRepository(IObjectStore Store, Repository Repository) : IAsyncDisposable
{
    /// <summary>Set where the store is one.</summary>
    public SpoolParts? Spool { get; init; }

    public IReadOnlyList<IAsyncDisposable> Owned { get; init; } = [];

    public async ValueTask DisposeAsync()
    {
        Repository.Dispose();
        await Store.DisposeAsync();
        foreach (var owned in Owned)
            await owned.DisposeAsync();
    }
}

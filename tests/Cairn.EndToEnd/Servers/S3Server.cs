using Cairn.Engine.Storage;
using Cairn.Storage;
using Cairn.Storage.S3;

namespace Cairn.EndToEnd.Servers;

/// <summary>A real S3 server on loopback, started when the first test asks for it and stopped at the end.</summary>
public abstract class S3Server : IAsyncDisposable
{
    readonly Lazy<Task<string>> _endpoint;
    readonly Testing.TemporaryFolder _folder = new();
    string? _failure;
    int _buckets;

    protected S3Server() => _endpoint = new Lazy<Task<string>>(StartOrRememberAsync);

    protected string Folder => Path.Combine(_folder.Path, "server");

    public abstract string Name { get; }

    public abstract (string Access, string Secret) Keys { get; }

    /// <summary>Skips the test if there is no server and none is required.</summary>
    public async Task<string> EndpointAsync()
    {
        var endpoint = await _endpoint.Value;
        if (_failure is not null)
            ServerScript.SkipUnlessRequired(Name, _failure);
        return endpoint;
    }

    public string NewBucketName() => $"bucket-{Interlocked.Increment(ref _buckets)}-{Environment.ProcessId}";

    public async Task<S3Location> LocateAsync(string bucket, string prefix = "") => new()
    {
        Bucket = bucket, Prefix = prefix, Endpoint = new Uri(await EndpointAsync()), Region = "us-east-1",
        PathStyle = true,
    };

    /// <summary>One attempt a call.</summary>
    public async Task<S3Store> OpenAsync(string bucket, string prefix = "", StoreOptions? options = null)
    {
        var location = await LocateAsync(bucket, prefix);
        return new S3Store(location, $"s3://{bucket}/{prefix}", options ?? Options());
    }

    public StoreOptions Options(S3Facts? facts = null) => new()
    {
        Time = TimeProvider.System, Variable = name => name switch
        {
            "AWS_ACCESS_KEY_ID" => Keys.Access,
            "AWS_SECRET_ACCESS_KEY" => Keys.Secret,
            _ => null,
        },
        Facts = facts,
    };

    /// <summary>A client of the SDK with no habits of ours: for arranging and for looking behind.</summary>
    public async Task<Amazon.S3.AmazonS3Client> SdkAsync(string? access = null, string? secret = null) => new(
        access ?? Keys.Access, secret ?? Keys.Secret, new Amazon.S3.AmazonS3Config
        {
            ServiceURL = await EndpointAsync(), ForcePathStyle = true, AuthenticationRegion = "us-east-1",
            // A server beside many tests on few cores is slow to answer, and no test of it.
            MaxErrorRetry = 10,
            RequestChecksumCalculation = Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = Amazon.Runtime.ResponseChecksumValidation.WHEN_REQUIRED,
        });

    protected abstract Task<string> StartAsync();

    protected abstract Task StopAsync();

    public async ValueTask DisposeAsync()
    {
        if (_endpoint.IsValueCreated)
            await StopAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    async Task<string> StartOrRememberAsync()
    {
        try
        {
            return await StartAsync();
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            _failure = e.Message;
            return "";
        }
    }
}

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Cairn.Engine.Storage;
using Cairn.Storage.Http;

namespace Cairn.Storage.S3;

/// <summary>
/// The SDK's client, made to do one attempt and nothing behind our back: no retries (they give up in seconds when many
/// requests fail together), no correction of the clock, no checksums of its own choice; timeouts are ours.
/// </summary>
sealed class S3Client : IDisposable
{
    const string RegionWithoutOne = "us-east-1";

    static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(15);
    static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    readonly HttpClient _http;

    public S3Client(S3Location location, StoreOptions options)
    {
        Clock = new ServerClock(options.Time);
        var meter = new TransferMeter(options.Requests, options.Limits);
        _http = new HttpClient(new TransferHandler(
            Connections(location), meter, Clock, location.Timeout ?? options.IdleMax, options.Time,
            S3Requests.Classify))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        Region = S3Credentials.RegionOf(location, options.Variable) ?? RegionWithoutOne;
        var credentials = S3Credentials.Find(location, options.Variable);
        Sdk = new KnownHashClient(credentials, Configure(location));
    }

    public AmazonS3Client Sdk { get; }
    public ServerClock Clock { get; }
    public string Region { get; }

    public void Dispose()
    {
        Sdk.Dispose();
        _http.Dispose();
    }

    AmazonS3Config Configure(S3Location location)
    {
        var configuration = new AmazonS3Config
        {
            HttpClientFactory = new OwnHttpClient(_http), MaxErrorRetry = 0, DisableClockSkewCorrection = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            ForcePathStyle = location.PathStyle, IgnoreConfiguredEndpointUrls = true, AllowAutoRedirect = false,
        };
        // Never both: one silently wins over the other.
        if (location.Endpoint is { } endpoint)
        {
            configuration.ServiceURL = endpoint.ToString();
            configuration.AuthenticationRegion = Region;
        }
        else
            configuration.RegionEndpoint = RegionEndpoint.GetBySystemName(Region);
        return configuration;
    }

    static SocketsHttpHandler Connections(S3Location location)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectMax, PooledConnectionLifetime = ConnectionLifetime, AllowAutoRedirect = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None, UseCookies = false,
            ConnectCallback = PromptStream.ConnectAsync,
        };
        if (location.CaFile is { } file)
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TrustOnly(file) };
        return handler;
    }

    static X509ChainPolicy TrustOnly(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StoreLocationException($"the file of certificates {file} cannot be used: {e.Message}");
        }
        if (policy.CustomTrustStore.Count == 0)
            throw new StoreLocationException($"the file of certificates {file} holds no certificate in PEM form");
        return policy;
    }

    /// <summary>Gives the SDK our client, and keeps its hands off it.</summary>
    sealed class OwnHttpClient(HttpClient client) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => client;
        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
        public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;
    }
}

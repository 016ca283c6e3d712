using System.Net.Http;

namespace Cairn.App.Monitoring;

/// <summary>
/// Tells a service that watches over backups how they go, in the manner of healthchecks.io: the address with
/// <c>/start</c> when one begins, as it is when one worked, with <c>/fail</c> when one did not. Never throws: a service
/// that does not answer must not end a backup.
/// </summary>
sealed class HealthPing(Uri address, TimeSpan patience) : IDisposable
{
    const int Attempts = 3;

    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(10);

    readonly HttpClient _client = new() { Timeout = patience };

    public Task<string?> StartAsync() => SendAsync("/start");

    public Task<string?> SucceedAsync() => SendAsync("");

    public Task<string?> FailAsync() => SendAsync("/fail");

    public void Dispose() => _client.Dispose();

    /// <summary>Null if it got through; otherwise why not, without the address, which may hold a secret.</summary>
    async Task<string?> SendAsync(string suffix)
    {
        var builder = new UriBuilder(address);
        builder.Path = builder.Path.TrimEnd('/') + suffix;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var response = await _client.GetAsync(
                    builder.Uri, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
                if (response.IsSuccessStatusCode)
                    return null;
                if ((int)response.StatusCode < 500 || attempt == Attempts)
                    return $"{address.Host} answered {(int)response.StatusCode}";
            }
            catch (HttpRequestException e) when (attempt == Attempts)
            {
                return $"{address.Host}: {e.HttpRequestError}";
            }
            catch (HttpRequestException)
            {
                // Once more.
            }
            catch (OperationCanceledException)
            {
                return $"{address.Host} did not answer in {patience.TotalSeconds:0} s";
            }
        }
    }
}

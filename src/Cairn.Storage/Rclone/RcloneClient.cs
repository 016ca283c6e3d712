using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cairn.Storage.Http;

namespace Cairn.Storage.Rclone;

/// <summary>
/// Speaks with the one rclone of a store, which is started for the first request, and again should it have died.
/// </summary>
sealed class RcloneClient : IAsyncDisposable
{
    const string Upload = "operations/uploadfile";
    const int ErrorMax = 64 << 10;

    /// <summary>
    /// rclone watches the line to the remote and tells what is wrong with it; only if it does not is it given up.
    /// </summary>
    static readonly TimeSpan GraceForRclone = TimeSpan.FromMinutes(4);

    readonly StoreOptions _options;
    readonly HttpClient _http;
    readonly SemaphoreSlim _starting = new(1);
    RcloneProcess? _process;
    int _uploads;

    public RcloneClient(StoreOptions options)
    {
        _options = options;
        var handler = new SocketsHttpHandler
        {
            // A proxy of the environment is for rclone's requests, not for ours to it.
            UseProxy = false, AllowAutoRedirect = false, UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
        };
        _http = new HttpClient(new TransferHandler(
            handler, new TransferMeter(options.Requests, options.Limits), new ServerClock(options.Time),
            options.IdleMax + GraceForRclone, options.Time, Classify))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The process, for tests that end it.</summary>
    internal RcloneProcess? Process => _process;

    public async Task<TAnswer> CallAsync<TCall, TAnswer>(
        string method, TCall call, JsonTypeInfo<TCall> callType, JsonTypeInfo<TAnswer> answerType,
        CancellationToken cancellationToken)
    {
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(call, callType));
        body.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        using var response = await SendAsync(HttpMethod.Post, method, body, range: null, cancellationToken);
        await using var answer = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonSerializer.DeserializeAsync(answer, answerType, cancellationToken)
            ?? throw new JsonException($"rclone answered {method} with nothing");
    }

    /// <summary>Uploads to a name in a folder, over what may be there.</summary>
    public async Task UploadAsync(
        string fileSystem, string folder, string name, IReadOnlyList<ReadOnlyMemory<byte>> content,
        CancellationToken cancellationToken)
    {
        // A server that refuses the body closes the connection before it says why: that is asked for afterwards.
        var group = $"upload/{Interlocked.Increment(ref _uploads)}";
        var query = $"{Upload}?fs={Uri.EscapeDataString(fileSystem)}&remote={Uri.EscapeDataString(folder)}"
            + $"&_group={Uri.EscapeDataString(group)}";
        using var stream = new PartsStream(content);
        using var part = new StreamContent(stream);
        using var body = new MultipartFormDataContent { { part, "file", name } };
        try
        {
            using var response = await SendAsync(HttpMethod.Post, query, body, range: null, cancellationToken);
        }
        catch (HttpRequestException e) when (!cancellationToken.IsCancellationRequested)
        {
            if (await TryAskWhyAsync(group, cancellationToken) is { } why)
                throw new RcloneException(0, why);
            throw new HttpRequestException(e.Message, e);
        }
    }

    /// <summary>A GET of an object. The caller disposes it.</summary>
    public Task<HttpResponseMessage> GetAsync(
        string fileSystem, string path, RangeHeaderValue? range, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Get, $"{Uri.EscapeDataString($"[{fileSystem}]")}/{path}", body: null, range, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
            await process.DisposeAsync();
        _http.Dispose();
        _starting.Dispose();
    }

    async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? body, RangeHeaderValue? range,
        CancellationToken cancellationToken)
    {
        var process = await StartedAsync(cancellationToken);
        using var request = new HttpRequestMessage(method, new Uri(process.Address, path)) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", process.Authorization);
        request.Headers.Range = range;
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await ToExceptionAsync(response, cancellationToken);
    }

    async Task<RcloneProcess> StartedAsync(CancellationToken cancellationToken)
    {
        if (_process is { HasEnded: false } running)
            return running;
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_process is { HasEnded: false } started)
                return started;
            if (_process is { } dead)
            {
                _process = null;
                await dead.DisposeAsync();
            }
            return _process = await RcloneProcess.StartAsync(_options, cancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    async Task<string?> TryAskWhyAsync(string group, CancellationToken cancellationToken)
    {
        try
        {
            var stats = await CallAsync(
                "core/stats", new GroupCall(group), RcloneJson.Default.GroupCall, RcloneJson.Default.StatsAnswer,
                cancellationToken);
            return string.IsNullOrEmpty(stats.LastError) ? null : stats.LastError;
        }
        catch (Exception e) when (e is HttpRequestException or RcloneException or IOException or JsonException)
        {
            return null;
        }
    }

    static async Task<RcloneException> ToExceptionAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var text = new byte[ErrorMax];
        var length = await body.ReadAtLeastAsync(text, ErrorMax, throwOnEndOfStream: false, cancellationToken);
        try
        {
            var error = JsonSerializer.Deserialize(text.AsSpan(0, length), RcloneJson.Default.ErrorAnswer)?.Error;
            return new RcloneException(status, error ?? $"status {status}");
        }
        catch (JsonException)
        {
            return new RcloneException(
                RcloneException.NotOpened, $"it could not be opened (status {status}, and no reason given)");
        }
    }

    static RequestKind Classify(HttpRequestMessage request)
    {
        var path = request.RequestUri?.AbsolutePath ?? "";
        return request.Method == HttpMethod.Get ? RequestKind.Get : path switch
        {
            $"/{Upload}" => RequestKind.Put,
            "/operations/stat" => RequestKind.Head,
            "/operations/list" => RequestKind.List,
            "/operations/deletefile" => RequestKind.Delete,
            _ => RequestKind.Other,
        };
    }
}

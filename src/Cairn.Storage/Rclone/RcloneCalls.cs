using System.Text.Json.Serialization;

namespace Cairn.Storage.Rclone;

// What the remote control is asked, and what it answers: https://rclone.org/rc/. Fields that are not used are not here.

sealed record RemoteCall(string Fs, string Remote, ListOptions? Opt = null);

sealed record FileSystemCall(string Fs);

sealed record NameCall(string Name);

sealed record GroupCall(string Group);

/// <summary>Modification times are what rclone was told by who stored, no time of the store: not asked for.</summary>
sealed record ListOptions(bool FilesOnly = false)
{
    public bool NoModTime => true;
    public bool NoMimeType => true;
}

sealed record MoveCall(
    string SrcFs, string SrcRemote, string DstFs, string DstRemote,
    [property: JsonPropertyName("_config")] MoveSettings Settings);

sealed record MoveSettings([property: JsonPropertyName("IgnoreExisting")] bool IgnoreExisting);

sealed record FoundItem(
    [property: JsonPropertyName("Name")] string? Name, [property: JsonPropertyName("Size")] long Size,
    [property: JsonPropertyName("IsDir")] bool IsDirectory);

sealed record StatAnswer(FoundItem? Item);

sealed record ListAnswer(List<FoundItem>? List);

sealed record FileSystemAnswer([property: JsonPropertyName("Features")] RemoteFeatures? Features);

/// <param name="Move">A file can be renamed in the remote.</param>
/// <param name="BucketBased">An object store: what is uploaded appears whole or not at all.</param>
sealed record RemoteFeatures(
    [property: JsonPropertyName("Move")] bool Move, [property: JsonPropertyName("BucketBased")] bool BucketBased);

sealed record RemoteSettings(string? Type, string? Remote);

sealed record StatsAnswer(string? LastError);

sealed record ErrorAnswer(string? Error);

sealed record EmptyAnswer;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RemoteCall))]
[JsonSerializable(typeof(FileSystemCall))]
[JsonSerializable(typeof(NameCall))]
[JsonSerializable(typeof(GroupCall))]
[JsonSerializable(typeof(MoveCall))]
[JsonSerializable(typeof(StatAnswer))]
[JsonSerializable(typeof(ListAnswer))]
[JsonSerializable(typeof(FileSystemAnswer))]
[JsonSerializable(typeof(RemoteSettings))]
[JsonSerializable(typeof(StatsAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(EmptyAnswer))]
sealed partial class RcloneJson : JsonSerializerContext;

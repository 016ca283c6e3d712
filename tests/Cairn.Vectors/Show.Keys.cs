using System.Text;
using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;

namespace Cairn.Vectors;

public static partial class Show
{
    public static string Keys(EpochKeys keys)
    {
        var text = new StringBuilder();
        text.Append($"restore-secret {Hex(keys.RestoreSecret.Secret)}\n");
        text.Append($"restore-public {keys.RestorePublic}\n");
        text.Append($"admin-public {keys.AdminSigner.PublicKey}\n");
        text.Append($"admin-signer-id {keys.AdminSigner.Id}\n");
        text.Append($"repository-id {keys.AdminSigner.PublicKey.ToRepositoryId()}\n");
        text.Append($"index {Hex(keys.Shared.Index)}\n");
        text.Append($"blob-id {Hex(keys.Shared.BlobId)}\n");
        text.Append($"chunking {Hex(keys.Shared.Chunking)}\n");
        return text.ToString();
    }

    public static string Secret(SealingKey key) => $"secret {Hex(key.Secret)}\npublic {key.PublicKey}\n";

    /// <summary>Lengths of chunks, in order.</summary>
    public static string Cuts(SecretKey chunkingKey, int minimum, int average, int maximum, ReadOnlySpan<byte> data)
    {
        using var rule = new CutRule(chunkingKey, ChunkerParameters.TryCreate(minimum, average, maximum)!);
        var chunker = new Chunker(rule);
        var text = new StringBuilder();
        while (!data.IsEmpty)
        {
            var length = chunker.FindCut(data, isEnd: true);
            text.Append($"{length}\n");
            data = data[length..];
        }
        return text.ToString();
    }

    static string Hex(SecretKey key) => Convert.ToHexStringLower(key.AsSpan());
}

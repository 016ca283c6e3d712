using System.Security.Cryptography;
using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Tables of packs that are stored but stand in no index object yet: one small file each in local state. A run that is
/// killed leaves them to the next one, which so sends again at most the packs that were under way. A cache: lost, its
/// packs are stored again.
/// </summary>
sealed class StoredPackLog(IStateFolder state, RepositoryId repository)
{
    const string Prefix = "stored-";
    const int FileBytesMax = 64 << 20;

    public void Add(PackTable table)
    {
        var body = IndexCodec.Encode([table]);
        using var writer = state.Create(NameOf(table));
        writer.Write(ChecksumOf(body));
        writer.Write(body);
        writer.Commit();
    }

    public void Remove(PackTable table) => state.Delete(NameOf(table));

    /// <summary>What is intact and of this repository; anything else is deleted.</summary>
    public IReadOnlyList<PackTable> Load()
    {
        var tables = new List<PackTable>();
        foreach (var name in state.List().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            if (TryLoad(name) is { } table)
                tables.Add(table);
            else
                state.Delete(name);
        }
        return tables;
    }

    PackTable? TryLoad(string name)
    {
        using var file = state.TryOpen(name);
        if (file is null || file.Length is <= SHA256.HashSizeInBytes or > FileBytesMax)
            return null;
        var body = file.Slice(SHA256.HashSizeInBytes, (int)file.Length - SHA256.HashSizeInBytes);
        if (!ChecksumOf(body).AsSpan().SequenceEqual(file.Slice(0, SHA256.HashSizeInBytes)))
            return null;
        try
        {
            return IndexCodec.Decode(body) is { Tables: [var table], Contained: [] } ? table : null;
        }
        catch (FormatViolationException)
        {
            return null;
        }
    }

    byte[] ChecksumOf(ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(repository.AsSpan());
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    static string NameOf(PackTable table) => $"{Prefix}{table.Name.ToString()[..32]}";
}

using System.Security.Cryptography;
using System.Text;
using Cairn.Testing.Simulated.Buckets;

namespace Cairn.Simulation;

/// <summary>One hash over names and bytes of all versions in a bucket.</summary>
static class StoreHash
{
    public static string Of(SimulatedBucket bucket)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var version in bucket.Versions())
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{version.Key}\n{version.IsDeleteMarker}\n{version.Size}\n"));
            hash.AppendData(version.Content);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

using System.Security.Cryptography;
using System.Text;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories;

/// <summary>A source's or tag's name as ledgers have it: equal for equal names, unreadable without guessing
/// (docs/format.md, section 4).</summary>
public static class KeyedName
{
    public static ObjectHash Of(SecretKey indexKey, string text) => new(
        HMACSHA256.HashData(indexKey.AsSpan(), [.. "cairn/1 name"u8, .. Encoding.UTF8.GetBytes(text)]).AsSpan());
}

using Cairn.Engine.Chunking;
using Cairn.Engine.Interop;
using Cairn.Engine.Primitives;

namespace Cairn.Tests.Chunking;

public unsafe class PieceCutterTests
{
    [Fact]
    public void The_keyed_hash_of_a_record_is_this()
    {
        using var key = SecretKey.CopyFrom(
            Convert.FromHexString("c18de8e691467ee684b589dacc970b97a2f3cc436d73c194e3165cef51656aa8"));
        using var cutter = new PieceCutter(key);
        Assert.Equal(0xdbdf5f74bcd34361, cutter.Hash("record"u8));
        Assert.NotEqual(cutter.Hash([]), cutter.Hash([0]));
    }

    // The reference vectors of SipHash-2-4: key 00 01 … 0f, input 00 01 02 …
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31)]
    [InlineData(15, 0xa129ca6149be45e5)]
    [InlineData(63, 0x958a324ceb064572)]
    public void The_librarys_short_hash_is_siphash_2_4(int length, ulong expected)
    {
        Sodium.EnsureReady();
        byte[] key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        byte[] data = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        ulong hash, sameHash;
        fixed (byte* keyStart = key, dataStart = data)
        {
            _ = Sodium.ShortHash(&hash, dataStart, (ulong)length, keyStart);
            _ = Sodium.ShortHashOfFewBytes(&sameHash, dataStart, (ulong)length, keyStart);
        }
        Assert.Equal(expected, hash);
        Assert.Equal(expected, sameHash);
    }
}

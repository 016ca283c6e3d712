using System.Security.Cryptography;

namespace Cairn.EndToEnd.Campaigns;

/// <summary>Streams and large files, with memory watched (INV-8). CAIRN_STREAM_MIB sets the size.</summary>
public class StreamCampaign
{
    const long MemoryMax = 300L << 20;

    [Fact]
    public void Random_bytes_go_through_standard_input_and_come_back_through_dump()
    {
        var length = Scale.Of("CAIRN_STREAM_MIB", 256) << 20;
        using var home = new CairnHome();
        home.Init();
        using var sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var backup = home.StartWithInput(
            stream => Noise.Write(new HashingStream(stream, sent), seed: 1, length), "backup", "--stdin", "noise");
        var stored = backup.Finish().RequireExit(0);
        Assert.InRange(stored.PeakMemoryBytes, 1, MemoryMax);

        var copy = Path.Combine(home.Folder, "copy");
        Programs.Run(new System.Diagnostics.ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", $"'{CairnHome.Executable}' -r '{home.Repository}' dump latest:noise > '{copy}'" },
            Environment =
            {
                ["CAIRN_PASSPHRASE"] = CairnHome.Passphrase,
                ["XDG_CONFIG_HOME"] = Path.Combine(home.Folder, "CONFIG"),
                ["XDG_STATE_HOME"] = Path.Combine(home.Folder, "STATE"),
            },
        });
        using var restored = File.OpenRead(copy);
        Assert.Equal(length, restored.Length);
        Assert.Equal(sent.GetHashAndReset(), SHA256.HashData(restored));
    }

    [Fact]
    public void A_command_that_fails_commits_nothing()
    {
        using var home = new CairnHome();
        home.Init();
        var failed = home.Run("backup", "--command", "printf half; exit 3", "--name", "dump").RequireExit(1);
        Assert.Contains("3", failed.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(home.Repository, "snapshots")));
    }

    [Fact]
    public void Changing_seven_bytes_or_inserting_one_stores_little()
    {
        var length = Scale.Of("CAIRN_FILE_MIB", 192) << 20;
        using var home = new CairnHome();
        home.Init();
        var path = Path.Combine(home.Source, "image");
        Noise.WriteFile(path, seed: 2, length);
        var first = home.Run("backup", home.Source).RequireExit(0);
        Assert.InRange(first.PeakMemoryBytes, 1, MemoryMax);

        using (var file = File.Open(path, FileMode.Open))
        {
            file.Position = length / 2;
            file.Write("changed"u8);
        }
        AssertStoresLittle(home, length);

        var longer = path + ".longer";
        using (var file = File.Create(longer))
        {
            file.WriteByte(7);
            using var old = File.OpenRead(path);
            old.CopyTo(file);
        }
        File.Move(longer, path, overwrite: true);
        AssertStoresLittle(home, length);
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
    }

    static void AssertStoresLittle(CairnHome home, long length)
    {
        var before = home.RepositoryBytes();
        home.Run("backup", home.Source).RequireExit(0);
        // One or two chunks of at most 4 MiB each, padding, manifest, index, ledger.
        Assert.InRange(home.RepositoryBytes() - before, 1, Math.Max(length / 50, 10 << 20));
    }

    sealed class HashingStream(Stream inner, IncrementalHash hash) : Stream
    {
        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            inner.Write(buffer);
        }

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set =>
            throw new NotSupportedException(); }
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

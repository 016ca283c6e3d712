using System.Security.Cryptography;
using Cairn.App.Access;
using Cairn.App.Backup;
using Cairn.App.Reading;
using Cairn.App.Snapshots;
using Cairn.App.Text;
using Cairn.Engine.Entries;

namespace Cairn.App.Setup;

/// <summary>Reads one file back from a snapshot that was just made, and compares it with the original.</summary>
static class QuickstartProof
{
    const int CandidatesMax = 1000;

    /// <summary>The path compared, or null if there was no file to compare. A difference throws.</summary>
    public static async Task<string?> CompareOneAsync(
        AppEnvironment environment, AccessOptions access, BackupReport backup, CancellationToken cancellationToken)
    {
        if (backup.Result.Snapshot is not { } name)
            return null;
        var selector = new SnapshotSelector.ById(name.Hash.ToString());
        if (await ChooseAsync(environment, access, selector, cancellationToken) is not { } chosen)
            return null;
        var original = "/" + ByteText.FromBytes(chosen.Path.Span);
        await using var hash = new HashingStream();
        await DumpUseCase.RunAsync(
            environment, new DumpRequest { Access = access, Snapshot = new SnapshotReference(selector, chosen.Path) },
            hash,
            cancellationToken);
        await using var file = File.OpenRead(original);
        var expected = await SHA256.HashDataAsync(file, cancellationToken);
        if (!hash.Finish().AsSpan().SequenceEqual(expected))
            throw new RefusedException(
                $"{original} restored from the snapshot differs from the file on the disk",
                "if the file is not being written to at this moment, run: cairn check --read-data");
        return original;
    }

    // The largest of the first files: it says more than an empty one.
    static async Task<(ReadOnlyMemory<byte> Path, long Size)?> ChooseAsync(
        AppEnvironment environment, AccessOptions access, SnapshotSelector selector,
        CancellationToken cancellationToken)
    {
        (ReadOnlyMemory<byte> Path, long Size)? chosen = null;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var seen = 0;
        try
        {
            await ListUseCase.RunAsync(
                environment,
                new ListRequest { Access = access, Snapshot = new SnapshotReference(selector, default),
                    IsRecursive = true },
                (_, listed) =>
                {
                    if (listed.Entry.Kind == EntryKind.File && !(chosen?.Size >= listed.Entry.Size)
                        && IsUntouched(listed.Path.Span, listed.Entry))
                        chosen = (listed.Path.ToArray(), listed.Entry.Size);
                    if (++seen >= CandidatesMax && chosen is not null)
                        enough.Cancel();
                },
                enough.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Seen enough.
        }
        return chosen;
    }

    // A file that was written to meanwhile differs rightly. Names that are no UTF-8 cannot be opened from here.
    static bool IsUntouched(ReadOnlySpan<byte> path, Entry entry)
    {
        if (!ByteText.IsUtf8(path))
            return false;
        var file = new FileInfo("/" + ByteText.FromBytes(path));
        return file.Exists && file.Length == entry.Size
            && new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeSeconds() == entry.Modified.Seconds;
    }
}

/// <summary>Keeps nothing but the hash of what is written to it.</summary>
sealed class HashingStream : Stream
{
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public byte[] Finish() => _hash.GetHashAndReset();

    public override void Write(byte[] buffer, int offset, int count) => _hash.AppendData(buffer, offset, count);
    public override void Write(ReadOnlySpan<byte> buffer) => _hash.AppendData(buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _hash.AppendData(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush() { }
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }
}

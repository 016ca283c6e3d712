using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Dump;

/// <summary>
/// POSIX tar (pax). Written by hand because names are bytes: the platform's writer takes them as text, and a name that
/// is no UTF-8 would come out as another one.
/// </summary>
sealed class TarWriter(Stream destination)
{
    const int BlockSize = 512;
    const int NameSize = 100;
    const int NumberMax7 = 0x1FFFFF;
    const long SizeMax = 0x1FFFFFFFF;

    readonly byte[] _block = new byte[BlockSize];

    public Task WriteHeaderAsync(ReadOnlyMemory<byte> path, Entry entry, CancellationToken cancellationToken)
    {
        var (type, target) = entry.Kind switch
        {
            EntryKind.Directory => ('5', default),
            EntryKind.Symlink => ('2', entry.LinkTarget),
            EntryKind.Fifo => ('6', default),
            EntryKind.CharacterDevice => ('3', default),
            EntryKind.BlockDevice => ('4', default),
            _ => ('0', default(ReadOnlyMemory<byte>)),
        };
        if (entry.Kind == EntryKind.Directory)
            path = (byte[])[.. path.Span, (byte)'/'];
        return WriteAsync(path, entry, type, target, entry.HasContent ? entry.Size : 0, cancellationToken);
    }

    /// <summary>Another name of a file that was written before.</summary>
    public Task WriteLinkAsync(
        ReadOnlyMemory<byte> path, Entry entry, ReadOnlyMemory<byte> first, CancellationToken cancellationToken) =>
        WriteAsync(path, entry, '1', first, size: 0, cancellationToken);

    public async Task WritePaddingAsync(long size, CancellationToken cancellationToken)
    {
        if (size % BlockSize == 0)
            return;
        _block.AsSpan().Clear();
        await destination.WriteAsync(_block.AsMemory(0, (int)(BlockSize - size % BlockSize)), cancellationToken);
    }

    public async Task WriteEndAsync(CancellationToken cancellationToken)
    {
        _block.AsSpan().Clear();
        await destination.WriteAsync(_block, cancellationToken);
        await destination.WriteAsync(_block, cancellationToken);
    }

    async Task WriteAsync(
        ReadOnlyMemory<byte> path, Entry entry, char type, ReadOnlyMemory<byte> target, long size,
        CancellationToken cancellationToken)
    {
        var extended = ExtendedRecords(path.Span, entry, target.Span, size);
        if (extended.Length > 0)
        {
            Fill("PaxHeader"u8, entry, 'x', default, extended.Length);
            await destination.WriteAsync(_block, cancellationToken);
            await destination.WriteAsync(extended, cancellationToken);
            await WritePaddingAsync(extended.Length, cancellationToken);
        }
        Fill(path.Span, entry, type, target.Span, size);
        await destination.WriteAsync(_block, cancellationToken);
    }

    /// <summary>What the old header has no room for: "length key=value\n", the length counting itself.</summary>
    static byte[] ExtendedRecords(ReadOnlySpan<byte> path, Entry entry, ReadOnlySpan<byte> target, long size)
    {
        var records = new List<byte>();
        if (path.Length > NameSize || !Ascii.IsValid(path))
            Add(records, "path", path);
        if (target.Length > NameSize || !Ascii.IsValid(target))
            Add(records, "linkpath", target);
        if (size > SizeMax)
            Add(records, "size", Text(size));
        if (entry.Owner.UserId > NumberMax7)
            Add(records, "uid", Text(entry.Owner.UserId));
        if (entry.Owner.GroupId > NumberMax7)
            Add(records, "gid", Text(entry.Owner.GroupId));
        if (entry.Modified.Nanoseconds != 0 || entry.Modified.Seconds is < 0 or > SizeMax)
            Add(records, "mtime", Encoding.ASCII.GetBytes(DecimalOf(entry.Modified)));
        if (TarAttributes.FlagsOf(entry) is { Length: > 0 } flags)
            Add(records, TarAttributes.FlagsKey, Encoding.ASCII.GetBytes(flags));
        foreach (var attribute in entry.Attributes)
            Add(records, TarAttributes.KeyOf(attribute), attribute.Value.Span);
        return [.. records];
    }

    static string DecimalOf(FileTime time)
    {
        // Nanoseconds count upwards from the second also before 1970, where decimals count away from zero.
        if (time.Seconds >= 0 || time.Nanoseconds == 0)
            return string.Create(CultureInfo.InvariantCulture, $"{time.Seconds}.{time.Nanoseconds:D9}");
        var seconds = -(time.Seconds + 1);
        return string.Create(CultureInfo.InvariantCulture, $"-{seconds}.{1_000_000_000 - time.Nanoseconds:D9}");
    }

    static void Add(List<byte> records, string key, ReadOnlySpan<byte> value) =>
        Add(records, Encoding.ASCII.GetBytes(key), value);

    static void Add(List<byte> records, byte[] key, ReadOnlySpan<byte> value)
    {
        var rest = 1 + key.Length + 1 + value.Length + 1;
        var length = rest + 1;
        while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
            length++;
        records.AddRange(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} ")));
        records.AddRange(key);
        records.Add((byte)'=');
        records.AddRange(value);
        records.Add((byte)'\n');
    }

    void Fill(ReadOnlySpan<byte> path, Entry entry, char type, ReadOnlySpan<byte> target, long size)
    {
        var block = _block.AsSpan();
        block.Clear();
        path[..Math.Min(path.Length, NameSize)].CopyTo(block);
        Octal(block.Slice(100, 8), type == 'x' ? 0x1A4 : entry.Mode);
        Octal(block.Slice(108, 8), entry.Owner.UserId <= NumberMax7 ? entry.Owner.UserId : 0);
        Octal(block.Slice(116, 8), entry.Owner.GroupId <= NumberMax7 ? entry.Owner.GroupId : 0);
        Octal(block.Slice(124, 12), size <= SizeMax ? size : 0);
        Octal(block.Slice(136, 12), entry.Modified.Seconds is >= 0 and <= SizeMax ? entry.Modified.Seconds : 0);
        block[156] = (byte)type;
        target[..Math.Min(target.Length, NameSize)].CopyTo(block[157..]);
        "ustar\0"u8.CopyTo(block[257..]);
        "00"u8.CopyTo(block[263..]);
        Name(block.Slice(265, 32), entry.Owner.UserName);
        Name(block.Slice(297, 32), entry.Owner.GroupName);
        var isDevice = type is '3' or '4';
        Octal(block.Slice(329, 8), isDevice && entry.DeviceMajor <= NumberMax7 ? entry.DeviceMajor : 0);
        Octal(block.Slice(337, 8), isDevice && entry.DeviceMinor <= NumberMax7 ? entry.DeviceMinor : 0);
        WriteChecksum(block);
    }

    // The sum of all bytes, with its own field as spaces.
    static void WriteChecksum(Span<byte> block)
    {
        block.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in block)
            sum += value;
        Octal(block.Slice(148, 7), sum);
    }

    static void Octal(Span<byte> field, long value)
    {
        Invariant.That(value >= 0);
        field[^1] = 0;
        for (var i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
        Invariant.That(value == 0);
    }

    static void Name(Span<byte> field, string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        bytes.AsSpan(0, Math.Min(bytes.Length, field.Length - 1)).CopyTo(field);
    }

    static byte[] Text(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cairn.Engine.State;

namespace Cairn.Engine.Indexing;

/// <summary>Cuts what it is given into pages with checksums. A record never crosses a page; plain bytes do.</summary>
sealed class PageWriter(IStateWriter writer, uint seed)
{
    readonly byte[] _page = new byte[IndexPage.Size];
    int _used;

    /// <summary>The number of the page being filled.</summary>
    public long PageNumber { get; private set; }

    public void WritePage(ReadOnlySpan<byte> page)
    {
        writer.Write(page);
        PageNumber++;
    }

    public void WriteRecord<T>(in T record) where T : unmanaged
    {
        if (_used + Unsafe.SizeOf<T>() > IndexPage.PayloadSize)
            EndSection();
        MemoryMarshal.Write(_page.AsSpan(_used), in record);
        _used += Unsafe.SizeOf<T>();
    }

    public void WriteRecords<T>(ReadOnlySpan<T> records) where T : unmanaged
    {
        while (!records.IsEmpty)
        {
            var room = (IndexPage.PayloadSize - _used) / Unsafe.SizeOf<T>();
            if (room == 0)
            {
                EndSection();
                continue;
            }
            var count = Math.Min(room, records.Length);
            var bytes = MemoryMarshal.AsBytes(records[..count]);
            bytes.CopyTo(_page.AsSpan(_used));
            _used += bytes.Length;
            records = records[count..];
        }
    }

    /// <summary>Writes out the page begun, if there is one.</summary>
    public void EndSection()
    {
        if (_used == 0)
            return;
        IndexPage.Seal(_page, PageNumber, seed);
        WritePage(_page);
        _page.AsSpan().Clear();
        _used = 0;
    }
}

using System.Text;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Indexing;

/// <summary>Writes a planned segment from front to back; holds no more of it than a buffer and its fences.</summary>
static class SegmentWriter
{
    const int RowsAtOnce = 1024;

    /// <summary>The file is there, whole, when this returns its name.</summary>
    public static string Write(IStateFolder folder, MergePlan plan)
    {
        var header = plan.Header;
        var name = Segment.NameOf(header.Identity);
        using var file = folder.Create(name);
        var pages = new PageWriter(file, header.Seed);
        var page = new byte[IndexPage.Size];
        header.Write(page);
        pages.WritePage(page);

        foreach (var key in plan.Objects)
            pages.WriteRecords<byte>(Encoding.ASCII.GetBytes(key.Value + (char)Segment.ObjectTerminator));
        Begin(header.FirstRowsPage);
        pages.WriteRecords<uint>(plan.FirstRows);
        Begin(header.PacksPage);
        WritePacks(plan, pages);
        Begin(header.DetailsPage);
        WriteDetails(plan, pages);
        Begin(header.IdsPage);
        WriteIds(plan, pages);
        Begin(header.RowsPage);
        WriteRows(plan, pages);
        Begin(header.EntriesPage);
        var fences = new List<ulong>((int)header.EntryPages);
        EntryMerge.Write(plan, pages, fences.Add);
        Begin(header.FencesPage);
        pages.WriteRecords<ulong>(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(fences));
        Begin(header.Pages);

        Invariant.That(file.Position == header.Pages * IndexPage.Size);
        file.Commit();
        return name;

        void Begin(long expected)
        {
            pages.EndSection();
            Invariant.That(pages.PageNumber == expected);
        }
    }

    static void WritePacks(MergePlan plan, PageWriter pages)
    {
        long detailsOffset = 0;
        foreach (var (input, pack) in plan.TakenPacks())
        {
            var record = input.RecordOf(pack) with { DetailsOffset = detailsOffset };
            pages.WriteRecord(record);
            detailsOffset += record.DetailsLength;
        }
        Invariant.That(detailsOffset == plan.Header.DetailBytes);
    }

    static void WriteDetails(MergePlan plan, PageWriter pages)
    {
        foreach (var (input, pack) in plan.TakenPacks())
        {
            var details = new byte[input.RecordOf(pack).DetailsLength];
            input.CopyDetails(pack, details);
            pages.WriteRecords<byte>(details);
        }
    }

    static void WriteIds(MergePlan plan, PageWriter pages)
    {
        var buffer = new BlobId[RowsAtOnce];
        foreach (var (input, pack) in plan.TakenPacks())
        {
            var total = input.RowCountOf(pack);
            for (var first = 0; first < total; first += buffer.Length)
            {
                var ids = buffer.AsSpan(0, Math.Min(buffer.Length, total - first));
                input.CopyIds(pack, first, ids);
                pages.WriteRecords<BlobId>(ids);
            }
        }
    }

    static void WriteRows(MergePlan plan, PageWriter pages)
    {
        var buffer = new RowRecord[RowsAtOnce];
        foreach (var (input, pack) in plan.TakenPacks())
        {
            var total = input.RowCountOf(pack);
            for (var first = 0; first < total; first += buffer.Length)
            {
                var rows = buffer.AsSpan(0, Math.Min(buffer.Length, total - first));
                input.CopyRows(pack, first, rows);
                pages.WriteRecords<RowRecord>(rows);
            }
        }
    }
}

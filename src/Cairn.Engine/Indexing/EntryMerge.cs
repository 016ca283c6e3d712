using Cairn.Engine.Primitives;

namespace Cairn.Engine.Indexing;

/// <summary>
/// Merges the sorted entries of the inputs of a plan. Places ascend with the packs of each input, so what comes out of
/// one input is still sorted after its packs have been renumbered.
/// </summary>
static class EntryMerge
{
    public static void Write(MergePlan plan, PageWriter writer, Action<ulong> onPage)
    {
        var cursors = new List<Cursor>();
        for (var i = 0; i < plan.Inputs.Count; i++)
        {
            var cursor = new Cursor(plan, i);
            if (cursor.MoveNext())
                cursors.Add(cursor);
        }
        var previous = default(EntryRecord);
        uint written = 0;
        while (cursors.Count > 0)
        {
            var least = 0;
            for (var i = 1; i < cursors.Count; i++)
            {
                if (cursors[i].Current.CompareTo(cursors[least].Current) < 0)
                    least = i;
            }
            var entry = cursors[least].Current;
            Invariant.That(written == 0 || previous.CompareTo(entry) < 0);
            if (written % EntryRecord.PerPage == 0)
                onPage(entry.Prefix);
            writer.WriteRecord(entry);
            previous = entry;
            written++;
            if (!cursors[least].MoveNext())
                cursors.RemoveAt(least);
        }
        Invariant.That(written == plan.Header.Rows);
    }

    sealed class Cursor(MergePlan plan, int input)
    {
        readonly EntryRecord[] _buffer = new EntryRecord[EntryRecord.PerPage];
        readonly uint _total = plan.Inputs[input].RowCount;
        uint _read;
        int _next;
        int _count;

        public EntryRecord Current;

        public bool MoveNext()
        {
            while (true)
            {
                if (_next == _count && !Fill())
                    return false;
                var entry = _buffer[_next++];
                if (!plan.IsTaken(input, (int)entry.Pack))
                    continue;
                var place = plan.PlaceOf(input, (int)entry.Pack);
                var row = entry.Row - plan.Inputs[input].FirstRowOf((int)entry.Pack);
                Current = new EntryRecord(entry.Prefix, place, plan.FirstRows[place] + row);
                return true;
            }
        }

        bool Fill()
        {
            _count = (int)Math.Min(_buffer.Length, _total - _read);
            _next = 0;
            plan.Inputs[input].CopyEntries(_read, _buffer.AsSpan(0, _count));
            _read += (uint)_count;
            return _count > 0;
        }
    }
}

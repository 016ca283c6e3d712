namespace Cairn.Testing.Disks;

/// <summary>
/// Decides what a power cut leaves of a journal: see README.md for what may happen. The same journal, place and seed
/// give the same disk.
/// </summary>
sealed class PowerCut(ulong seed)
{
    const int SectorBytes = 512;

    /// <summary>Chances in percent, each for a change that no fsync covers.</summary>
    sealed record Temper(int NameKept, int SectorKept, int SectorTorn, int LengthKept, int LengthLost);

    static readonly Temper[] Extremes =
    [
        new(NameKept: 0, SectorKept: 0, SectorTorn: 0, LengthKept: 0, LengthLost: 100),
        new(NameKept: 100, SectorKept: 0, SectorTorn: 0, LengthKept: 0, LengthLost: 100),
        new(NameKept: 100, SectorKept: 40, SectorTorn: 20, LengthKept: 100, LengthLost: 0),
        new(NameKept: 100, SectorKept: 100, SectorTorn: 0, LengthKept: 100, LengthLost: 0),
        new(NameKept: 0, SectorKept: 100, SectorTorn: 0, LengthKept: 100, LengthLost: 0),
    ];

    readonly SeededRandom _random = new(seed);

    public DiskImage Survivors(DiskImage start, IReadOnlyList<DiskChange> journal, int count, DateTimeOffset now)
    {
        var temper = ChooseTemper();
        var synced = LastSyncs(journal, count);
        var image = start.Copy();
        // Bytes that no fsync covers, by file; their fate is decided together with that of the length.
        var loose = new Dictionary<int, List<Appended>>();
        for (var i = 0; i < count; i++)
        {
            var change = journal[i];
            var isDurable = i < synced.GetValueOrDefault(change.Owner, -1);
            if (change is Appended appended && !isDurable)
                AddTo(loose, appended);
            else if (isDurable || Happens(temper.NameKept))
                image.Apply(change, now);
            else if (change is NameSet set)
                image.Make(set, now);
        }
        foreach (var (file, writes) in loose)
            image.Nodes[file].Content = Settle(image.Nodes[file].Content, writes, temper);
        return image.Copy();
    }

    Temper ChooseTemper()
    {
        var choice = (int)(seed % (ulong)(Extremes.Length + 2));
        if (choice < Extremes.Length)
            return Extremes[choice];
        var lengthKept = _random.NextInt(101);
        return new Temper(
            _random.NextInt(101), _random.NextInt(101), _random.NextInt(50), lengthKept,
            _random.NextInt(101 - lengthKept));
    }

    static Dictionary<int, int> LastSyncs(IReadOnlyList<DiskChange> journal, int count)
    {
        var synced = new Dictionary<int, int>();
        for (var i = 0; i < count; i++)
            if (journal[i] is Synced sync)
                synced[sync.Node] = i;
        return synced;
    }

    byte[] Settle(byte[] durable, List<Appended> writes, Temper temper)
    {
        var full = new byte[writes[^1].Offset + writes[^1].Bytes.Length];
        durable.CopyTo(full, 0);
        foreach (var write in writes)
            for (var at = 0; at < write.Bytes.Length;)
            {
                var offset = write.Offset + at;
                var end = Math.Min(write.Bytes.Length, at + SectorBytes - offset % SectorBytes);
                var target = full.AsSpan(offset, end - at);
                var fate = _random.NextInt(100);
                if (fate < temper.SectorTorn)
                    _random.Fill(target);
                else if (fate < temper.SectorTorn + temper.SectorKept)
                    write.Bytes.AsSpan(at, end - at).CopyTo(target);
                at = end;
            }
        return full[..ChooseLength(durable.Length, full.Length, temper)];
    }

    int ChooseLength(int least, int most, Temper temper)
    {
        var fate = _random.NextInt(100);
        if (fate < temper.LengthKept)
            return most;
        return fate < temper.LengthKept + temper.LengthLost ? least : least + _random.NextInt(most - least + 1);
    }

    bool Happens(int percent) => _random.NextInt(100) < percent;

    static void AddTo(Dictionary<int, List<Appended>> loose, Appended appended)
    {
        if (!loose.TryGetValue(appended.File, out var writes))
            loose.Add(appended.File, writes = []);
        writes.Add(appended);
    }
}

using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Trees;

namespace Cairn.Simulation.Hosts;

/// <summary>
/// The files of a host and how they change: between runs, and under the eyes of a run. Contents come from a stock that
/// all hosts share, so that they store the same things.
/// </summary>
sealed class TreeLife(World world, MemorySource source, SeededRandom random)
{
    public const int Stock = 24;
    static readonly int[] Sizes = [0, 1, 100, 1000, 5000, 20_000, 60_000, 150_000];

    int _names;

    public void ChangeSome()
    {
        if (source.Nodes.Count == 0)
        {
            for (var i = 0; i < 4 + random.NextInt(8); i++)
                Insert();
            return;
        }
        for (var i = random.NextInt(6); i > 0; i--)
            ChangeOne();
    }

    /// <summary>Files of more than a pack together.</summary>
    public void AddMuch()
    {
        for (var i = 0; i < 3; i++)
            source.File($"much{random.NextInt(3)}/{_names++}", random.Bytes(400_000 + random.NextInt(400_000)));
    }

    /// <summary>Some files change, vanish or refuse to be read while the run is under way.</summary>
    public void Disturb(HostRun run)
    {
        foreach (var path in Files().Where(_ => random.NextInt(8) == 0))
        {
            var node = source.Nodes[path];
            if (node.Names > 1)
                continue;
            switch (random.NextInt(4))
            {
                case 0:
                    run.MayMiss(path);
                    node.OnOpen = _ =>
                    {
                        world.Coverage.Count("file unreadable");
                        throw new SourceReadException("permission denied", vanished: false);
                    };
                    break;
                case 1:
                    run.MayVanish(path);
                    node.OnOpen = _ =>
                    {
                        world.Coverage.Count("file vanished");
                        source.Remove(path);
                    };
                    break;
                case 2:
                    Grow(run, path, node, timesMax: 1 + random.NextInt(3));
                    break;
                default:
                    // Read slowly: so the checkpoints come while it is read.
                    node.OnRead = _ => world.Threads.Sleep(TimeSpan.FromMilliseconds(700));
                    break;
            }
        }
    }

    public void LeaveAlone()
    {
        foreach (var node in source.Nodes.Values)
            (node.OnOpen, node.OnRead) = (null, null);
    }

    void Grow(HostRun run, string path, SourceNode node, int timesMax)
    {
        var left = timesMax;
        run.MayHold(path, node.Content);
        node.OnRead = _ =>
        {
            if (left-- <= 0)
                return;
            world.Coverage.Count("file grew while it was read");
            source.File(path, [.. node.Content, .. random.Bytes(1 + random.NextInt(3000))]);
            run.MayHold(path, node.Content);
        };
    }

    void ChangeOne()
    {
        var files = Files();
        if (files.Count == 0)
        {
            Insert();
            return;
        }
        var path = files[random.NextInt(files.Count)];
        var node = source.Nodes[path];
        switch (random.NextInt(9))
        {
            case 0:
                world.Coverage.Count("delete");
                source.Remove(path);
                break;
            case 1:
                world.Coverage.Count("rename");
                source.Remove(path);
                source.File(NewPath(), node.Content);
                break;
            case 2:
                world.Coverage.Count("append");
                source.File(path, [.. node.Content, .. random.Bytes(random.NextInt(4000))]);
                break;
            case 3 when node.Content.Length > 0:
                world.Coverage.Count("edit");
                var copy = node.Content.ToArray();
                copy[random.NextInt(copy.Length)] ^= 0x55;
                source.File(path, copy);
                break;
            case 4:
                source.ChangeMode(path, (ushort)(0x100 + random.NextInt(0x80)));
                break;
            case 5:
                world.Coverage.Count("link");
                if (random.NextInt(2) == 0)
                    source.Link(NewPath(), path);
                else
                    source.Symlink(NewPath(), path);
                break;
            default:
                Insert();
                break;
        }
    }

    void Insert()
    {
        world.Coverage.Count("insert");
        source.File(NewPath(), Content());
    }

    string NewPath()
    {
        var name = $"{(char)('a' + random.NextInt(26))}{_names++}";
        return random.NextInt(3) switch { 0 => name, 1 => $"dir{random.NextInt(3)}/{name}", _ => $"dir0/sub/{name}" };
    }

    byte[] Content()
    {
        if (random.NextInt(4) == 0)
            return random.Bytes(Sizes[random.NextInt(Sizes.Length)]);
        return StockOf(random.NextInt(Stock));
    }

    public static byte[] StockOf(int number)
    {
        var content = new SeededRandom((ulong)number).Bytes(Sizes[number % Sizes.Length]);
        // Some of it can be compressed.
        if (number % 3 == 0)
            content.AsSpan(content.Length / 2).Fill((byte)'x');
        return content;
    }

    List<string> Files() =>
        [.. source.Nodes.Where(node => node.Value.Kind == EntryKind.File).Select(node => node.Key)];
}

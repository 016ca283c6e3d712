using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.State;

namespace Cairn.Simulation.Hosts;

/// <summary>The local state of a host over its life, and what may happen to it between two runs (INV-7).</summary>
sealed class HostState(World world, SeededRandom random)
{
    readonly List<MemoryStateFolder> _copies = [];

    public MemoryStateFolder Folder { get; private set; } = new();

    public void LetThingsHappen()
    {
        if (random.NextInt(2) == 0)
            _copies.Add(Copy(Folder));
        switch (random.NextInt(10))
        {
            case 0 when Folder.List().Count > 0:
                world.Coverage.Count("state lost");
                world.Log.Add("local state is lost");
                Folder = new MemoryStateFolder();
                break;
            case 1 when _copies.Count > 1:
                world.Coverage.Count("state stale");
                world.Log.Add("local state is put back to an older copy");
                Folder = Copy(_copies[random.NextInt(_copies.Count)]);
                break;
            case 2 when Folder.List().Count > 0:
                Damage();
                break;
        }
    }

    void Damage()
    {
        var names = Folder.List();
        var name = names[random.NextInt(names.Count)];
        var content = ContentOf(Folder, name);
        if (content.Length == 0)
            return;
        world.Coverage.Count("state damaged");
        world.Log.Add($"local state is damaged: {name}");
        if (random.NextInt(2) == 0)
            content[random.NextInt(content.Length)] ^= 0x10;
        else
            content = content[..random.NextInt(content.Length)];
        Folder.Plant(name, content);
    }

    public static MemoryStateFolder Copy(MemoryStateFolder from)
    {
        var copy = new MemoryStateFolder();
        foreach (var name in from.List())
            copy.Plant(name, ContentOf(from, name));
        return copy;
    }

    static byte[] ContentOf(MemoryStateFolder folder, string name)
    {
        using var file = folder.TryOpen(name)!;
        return file.Slice(0, (int)file.Length).ToArray();
    }
}

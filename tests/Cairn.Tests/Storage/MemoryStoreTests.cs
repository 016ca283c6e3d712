using Cairn.Engine.Storage;
using Cairn.Testing.Stores;

namespace Cairn.Tests.Storage;

public class MemoryStoreTests : ObjectStoreConformance
{
    readonly MemoryStore _memory = new();

    protected override ValueTask<IObjectStore> CreateAsync() => new(_memory);

    protected override bool PlantForeign(string name, byte[] content)
    {
        _memory.Plant(name, content);
        return true;
    }
}

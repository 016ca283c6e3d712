using Cairn.Engine.Storage;
using Cairn.Storage.Local;
using Cairn.Testing;
using Cairn.Testing.Stores;

namespace Cairn.Tests.Storage;

public class LocalStoreConformanceTests : ObjectStoreConformance
{
    readonly TemporaryFolder _folder = new();
    IObjectStore? _second;

    protected override IObjectStore SecondClient => _second ??= Open();

    protected override ValueTask<IObjectStore> CreateAsync() => new(Open());

    protected override bool PlantForeign(string name, byte[] content)
    {
        var path = Path.Combine(_folder.Path, "repository", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return true;
    }

    // Thousands of objects are laid there without a sync each: the suite is to stay fast.
    protected override async Task ArrangeAsync(string key, byte[] content)
    {
        if (key.StartsWith("many/"))
            PlantForeign(key, content);
        else
            await base.ArrangeAsync(key, content);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_second is not null)
            await _second.DisposeAsync();
        _folder.Dispose();
    }

    LocalStore Open() =>
        new(Path.Combine(_folder.Path, "repository"), "repository", new LocalStoreOptions { CreateRoot = true });
}

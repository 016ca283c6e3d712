using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;

namespace Cairn.Testing.Repositories;

/// <summary>
/// Writes retired records, signed by the admin key, when a test says so. It condemns and gives up whatever it is told
/// to, blindly: hosts must be safe from that.
/// </summary>
public sealed class ScriptedMaintainer(TestRepository test, Repository opened)
{
    readonly RetiredWriter _writer = new(opened.Keys, opened.RequireSecrets().Admin, test.Environment, test.Store);

    public Task CondemnAsync(params ObjectHash[] packs) => _writer.CondemnAsync(packs, CancellationToken.None);

    public async Task DeleteAsync(params ObjectHash[] packs)
    {
        await _writer.ListDeletionAsync(packs, CancellationToken.None);
        foreach (var pack in packs)
            await test.Store.DeleteAsync(ObjectNames.Pack(pack), CancellationToken.None);
    }

    public Task ForgetAsync(ObjectHash snapshot) => _writer.ForgetAsync([snapshot], CancellationToken.None);

    public Task ProposeVoidAsync(ObjectHash ledger) => _writer.ProposeVoidAsync([ledger], CancellationToken.None);
}

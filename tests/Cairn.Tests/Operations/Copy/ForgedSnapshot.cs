using Cairn.Engine.Envelopes;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Copy;

/// <summary>What only a host with its key can write: another snapshot with the ledger of one that is there.</summary>
static class ForgedSnapshot
{
    public static async Task PutAsync(BackupWorld world, Repository host, SnapshotInfo info)
    {
        var epoch = host.CurrentEpoch;
        var stored = SnapshotEnvelope.Seal(
            new SnapshotSeal(info.Name.Ulid, info.Name.Ledger, epoch.Number, epoch.Domain, epoch.Restore),
            SnapshotCodec.Encode(info), host.Id, host.RequireHost().Signer, world.Random);
        var name = info.Name with { Hash = ObjectWriter.HashOf(stored) };
        await world.Test.Store.PutAsync(name.Key, [stored], PutOptions.Hot, default);
    }
}

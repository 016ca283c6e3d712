using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Google.Protobuf;

namespace Cairn.Testing.Repositories;

/// <summary>
/// Writes retired records, signed by the admin key, when a test says so. It condemns and gives up whatever it is told
/// to, blindly: hosts must be safe from that.
/// </summary>
public sealed class ScriptedMaintainer(TestRepository test, Repository opened)
{
    ulong _sequence;
    ObjectHash? _last;

    public Task CondemnAsync(params ObjectHash[] packs) => PutAsync(new RetiredRecord { Condemnation = ListOf(packs) });

    public async Task DeleteAsync(params ObjectHash[] packs)
    {
        await PutAsync(new RetiredRecord { Deletion = ListOf(packs) });
        foreach (var pack in packs)
            await test.Store.DeleteAsync(ObjectNames.Pack(pack), CancellationToken.None);
    }

    public Task ProposeVoidAsync(ObjectHash ledger) =>
        PutAsync(new RetiredRecord { VoidProposal = new NameList { Objects = { Bytes(ledger) } } });

    async Task PutAsync(RetiredRecord record)
    {
        record.Sequence = ++_sequence;
        record.Previous = _last is { } last ? Bytes(last) : ByteString.Empty;
        record.Created = test.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var ulid = Ulid.New(test.Time, test.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.Retired, domain: 0, ulid, record.ToByteArray(), opened.Keys, opened.RequireSecrets().Admin,
            test.Random);
        _last = ObjectWriter.HashOf(stored);
        await test.Store.PutAsync(
            ObjectNames.Dated(ObjectNames.Retired, ulid, _last.Value), [stored], PutOptions.Hot,
            CancellationToken.None);
    }

    static PackList ListOf(ObjectHash[] packs)
    {
        var list = new PackList();
        list.Packs.AddRange(packs.Order().Select(Bytes));
        return list;
    }

    static ByteString Bytes(ObjectHash hash) => ByteString.CopyFrom(hash.AsSpan());
}

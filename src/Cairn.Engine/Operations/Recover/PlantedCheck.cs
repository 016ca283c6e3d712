using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Recover;

/// <summary>
/// Whether a ledger or a snapshot is somebody's junk: who signed it, and whether its name tells the time at which the
/// store got it. Needs no key for contents.
/// </summary>
sealed class PlantedCheck(Repository repository)
{
    // A run stores its ledger and its snapshot at its end; clocks differ by less.
    static readonly TimeSpan Tolerance = TimeSpan.FromDays(1);

    public static bool IsFor(ObjectKey key) =>
        ObjectNames.TryParseSnapshot(key, out _) || ObjectNames.TryParseLedger(key, out _, out _);

    public RecoverFinding? TryFind(ObjectKey key, ListedVersion stored, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            if (ObjectNames.TryParseSnapshot(key, out var snapshot))
            {
                ObjectReader.Decode(key, () => SnapshotEnvelope.Verify(
                    snapshot, bytes.Span, repository.Id, repository.Signers));
                return TryFindTime(key, snapshot.Ulid, stored.Modified);
            }
            if (ObjectNames.TryParseLedger(key, out var host, out var ledger))
                ObjectReader.Decode(key, () => VerifyLedger(host, ledger, bytes.Span));
            return null;
        }
        catch (DamagedObjectException e)
        {
            return new RecoverFinding(RecoverFindingKind.Unsigned, key.Value, $"{e.Message}: it does not count");
        }
        catch (UnsupportedFormatException)
        {
            // A newer program's, which knows what it is.
            return null;
        }
    }

    int VerifyLedger(SignerId host, DatedName name, ReadOnlySpan<byte> bytes)
    {
        var opened = IndexEnvelope.Open(ObjectType.Ledger, bytes, repository.Keys, repository.Signers);
        if (opened.Ulid != name.Ulid || opened.Signer != host)
            throw new FormatViolationException(
                FailureKind.Name, "its name says another ULID or host than the object");
        return 0;
    }

    static RecoverFinding? TryFindTime(ObjectKey key, Ulid ulid, DateTimeOffset stored) =>
        ulid.Time is { } claimed && (claimed - stored).Duration() <= Tolerance
            ? null
            : new RecoverFinding(
                RecoverFindingKind.Time, key.Value,
                $"{key}: its host says that it is of {TextOf(ulid.Time)}, the store got it on {TextOf(stored)}: "
                + "planted, or from a machine with a wrong clock, or the repository was copied");

    static string TextOf(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) ?? "no time";
}

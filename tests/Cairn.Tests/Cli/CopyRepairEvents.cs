using Cairn.App.Copy;
using Cairn.Cli;
using Cairn.Cli.Rendering;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Operations.Repair;
using Cairn.Engine.Primitives;
using Cairn.Tests.App;

namespace Cairn.Tests.Cli;

/// <summary>The events of copies and repairs, for the golden file.</summary>
static class CopyRepairEvents
{
    public static void WriteAll(Output output)
    {
        CopyRendering.Print(output, Copy());
        LostFile[] lost =
            [new LostFile("abababab", "etc/hosts"u8.ToArray()), new LostFile("abababab", "etc/x"u8.ToArray())];
        RepairRendering.PrintFound(output, lost, count: 2);
        RepairRendering.Print(output, Repair(lost), isPlan: false);
        RepairRendering.Print(
            output,
            new IndexRepairResult(IndexObjects: 1, PacksKnown: 5, Packs: 2, Rows: 30, BytesRead: 8192, []),
            isDryRun: true);
    }

    static CopyReport Copy()
    {
        var copied = new ObjectHash([.. Enumerable.Repeat((byte)0xab, 32)]);
        var result = new CopyResult
        {
            Snapshots =
            [
                new CopiedSnapshot(
                    SnapshotReferenceTests.Make("aaaa1", day: 1, "here"), CopyOutcome.AlreadyThere, copied),
                new CopiedSnapshot(
                    SnapshotReferenceTests.Make("aaaa2", day: 2, "here"), CopyOutcome.Copied, copied),
                new CopiedSnapshot(
                    SnapshotReferenceTests.Make("aaaa3", day: 3, "here"), CopyOutcome.Damaged, Target: null)
                {
                    Problems = ["/etc/x: packs/aa/bb: its bytes do not hash to its name"],
                },
            ],
            BlobsRead = 3, BytesRead = 3000, BlobsStored = 4, BytesStoredPlain = 3100, PacksStored = 2,
            BytesStored = 8192, SawPacks = true, Elapsed = TimeSpan.FromSeconds(1.25),
        };
        return new CopyReport("/srv/backup", "s3://bucket", IsDryRun: false, result, []);
    }

    static RepairResult Repair(LostFile[] lost) => new()
    {
        LostBefore = lost, LostBeforeCount = 2, BadPacks = 1, BadBlobs = 3,
        Healed = [new HealedFrom("/srv/mirror", Blobs: 2, Bytes: 2000)], UnhealedBlobs = 1, LostAfter = lost[..1],
        LostAfterCount = 1, Remaining =
        [
            new CheckFinding(
                CheckSeverity.Damage, "packs/aa/bb", Engine.Formats.FailureKind.Name,
                "its bytes do not hash to its name"),
        ],
        Notes = [], PacksStored = 1, BytesStored = 4096, Replaced = 0,
    };
}

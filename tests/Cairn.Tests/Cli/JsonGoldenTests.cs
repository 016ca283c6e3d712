using System.Text;
using Cairn.App;
using Cairn.App.Backup;
using Cairn.App.Hosts;
using Cairn.App.Jobs;
using Cairn.App.Selecting;
using Cairn.Cli;
using Cairn.Cli.Commands;
using Cairn.Cli.Rendering;
using Cairn.Engine.Crypto;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.HostChanges;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Files.Selecting;
using Cairn.Tests.App;

namespace Cairn.Tests.Cli;

/// <summary>Programs read these events: they change only together with docs/json.md, and incompatibly only with a new
/// version.</summary>
public class JsonGoldenTests
{
    [Fact]
    public void The_events_are_those_of_the_golden_file()
    {
        using var stream = new MemoryStream();
        using (var output = new Output(stream, Stream.Null, new OutputOptions { IsJson = true }))
            WriteAll(output);
        var written = Encoding.UTF8.GetString(stream.ToArray());

        Assert.Equal(Golden(), written);
    }

    [Fact]
    public void Every_type_of_event_is_documented()
    {
        var text = File.ReadAllText(Path.Combine(Root(), "docs/json.md"));
        foreach (var line in Golden().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = System.Text.Json.JsonDocument.Parse(line);
            Assert.Equal(JsonEvent.SchemaVersion, json.RootElement.GetProperty("v").GetInt32());
            var type = json.RootElement.GetProperty("type").GetString();
            Assert.Contains($"## `{type}`", text, StringComparison.Ordinal);
            foreach (var property in json.RootElement.EnumerateObject().Where(property =>
                !property.Name.EndsWith("Bytes", StringComparison.Ordinal)))
                Assert.Contains($"`{property.Name}`", text, StringComparison.Ordinal);
        }
    }

    static void WriteAll(Output output)
    {
        output.Started("backing up /etc to /srv/backup");
        output.Notice("leaving out Cairn's state: /root/.local/state/cairn");
        BackupRendering.Print(output, new BackupReport("/srv/backup", "here:/etc", IsDryRun: false, new BackupResult(
            new SnapshotName(default, default, default, new ObjectHash([.. Enumerable.Repeat((byte)0xab, 32)])),
            new SnapshotStatistics
            {
                Files = 3, Directories = 2, Bytes = 1500, FilesNew = 1, FilesChanged = 1, FilesUnchanged = 1,
                    BytesRead = 1000,
                BytesStoredPlain = 900, BytesStored = 700, PacksStored = 1,
            },
            [
                new SourceProblem("/etc/shadow"u8.ToArray(), "permission denied", IsError: true),
                new SourceProblem(new byte[] { (byte)'/', 0x80 }, "changed while it was read", IsError: false),
            ],
            ProblemCount: 2, IsPartial: true, TimeSpan.FromSeconds(1.5))));
        output.Event("snapshot", writer => SnapshotJson.Write(writer,
            SnapshotReferenceTests.Make("aaaa1", day: 1, "here")));
        var entry = new Entry
        {
            Name = "x"u8.ToArray(), Kind = EntryKind.Symlink, Mode = 0x1ff, Owner = new Owner(0, 4, "root", "adm"),
            Modified = new FileTime(1_769_842_800, 5), LinkTarget = "y\n\""u8.ToArray(),
        };
        output.Event("entry", writer => EntryText.Write(writer, "etc/ä"u8, entry));
        CheckRendering.Print(output, new CheckResult
        {
            Findings = [new CheckFinding(CheckSeverity.Damage, "packs/aa/bb", FailureKind.Name,
                "its bytes do not hash to its name")],
            LostFiles = [new LostFile("abababab", "etc/hosts"u8.ToArray())], LostFileCount = 1, Snapshots = 1,
            Packs = 2, PacksRead = 2,
            BytesRead = 4096, Verification = new VerificationState
            {
                Within = TimeSpan.FromDays(90), Verified = new PackAmount(1, 2048), Never = new PackAmount(1, 2048),
                Overdue = new PackAmount(1, 2048), Oldest = DateTimeOffset.UnixEpoch.AddDays(20_000),
            },
        });
        WriteKeysAndHosts(output);
        HistoryEvents.WriteAll(output, entry);
        CopyRepairEvents.WriteAll(output);
        WriteJobs(output);
        DrillRendering.Print(output, DrillEvents.Report());
        output.Error(new ErrorReport("the store is full", "make room"), ExitCodes.Store);
    }

    static void WriteJobs(Output output)
    {
        JobRendering.Print(
            output,
            new JobOutcome(
                "files", "here:files", Report: null, new RefusedException("/srv is empty", "mount it"),
                ["after: failed with status 7"], TimeSpan.FromSeconds(2)),
            ExitCodes.Failed);
        ExplainRendering.Print(output, new Explanation(
            "/mnt/disk"u8.ToArray(), "/mnt/disk"u8.ToArray(), EntryKind.Directory, Verdict.Include, ExplainReason.Rule,
            "include /mnt/disk (/etc/c, line 5)")
        {
            IsMountPoint = true,
        });
    }

    static void WriteKeysAndHosts(Output output)
    {
        var key = new SealingPublicKey([.. Enumerable.Repeat((byte)7, 32)]);
        var time = DateTimeOffset.UnixEpoch.AddDays(20_000);
        KeyCommand.WriteEvent(output, "key", new KeySlot
        {
            Kind = KeySlotKind.X25519, Id = new KeySlotId(new Bytes16(0, 5)), Label = "vault", Created = time,
            Recipient = key,
            Seals = new Dictionary<uint, ReadOnlyMemory<byte>>(),
        });
        KeyCommand.WriteGenerated(output, AgeKeys.PrintRecipient(key), "id");
        KeyCommand.WriteRotated(output, epoch: 1);
        HostCommand.WriteRequest(output, new HostRequest(new SigningPublicKey(key.AsSpan()), key));
        var repository = new RepositoryId([.. Enumerable.Repeat((byte)0xcd, 32)]);
        var id = new SignerId(new Bytes16(0, 9));
        HostCommand.PrintEnrolled(output, new EnrolReport(
            repository, id, "web", HostRole.Host, default), "web.enrolment");
        HostCommand.PrintJoined(output, new JoinReport(
            "/srv/backup", repository, id, "web", HostRole.Host, "/etc/cairn/credentials/x.json"));
        var signer = new EnrolledSigner(
            id, default, "web", IsMaintainer: false, MayForget: false, time) { Revoked = time };
        HostCommand.PrintList(output, [signer]);
        HostCommand.PrintRevoked(output, new Revocation(signer, Accepted: 3, NotAccepted: 1));
    }

    static string Golden() => File.ReadAllText(Path.Combine(Root(), "tests/Cairn.Tests/Cli/Golden/events.jsonl"));

    internal static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cairn.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the solution was not found");
        return folder;
    }
}

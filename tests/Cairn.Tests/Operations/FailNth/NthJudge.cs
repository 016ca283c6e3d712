using Cairn.Cli;
using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;
using Cairn.Engine.Sources;
using Cairn.Engine.Storage;
using Cairn.Storage.Disks;
using Cairn.Testing.Stores;

namespace Cairn.Tests.Operations.FailNth;

/// <summary>What must hold of the way in which a failing operation ended, and of what it left.</summary>
static class NthJudge
{
    /// <summary>
    /// INV-6: it ended with an error or a report that names what failed, and with the exit code that is documented for
    /// it. Nobody is left to tell of a crash, and what another try mends is not told.
    /// </summary>
    public static void AssertReported(
        NthSeam seam, NthFailure failure, IReadOnlyList<NthCall> failed, Exception? thrown,
        IReadOnlyList<string> reports)
    {
        if (failure.Kind == NthKind.Crash)
            return;
        if (failure.Kind == NthKind.Passing)
        {
            Assert.True(thrown is null && reports.Count == 0, $"noticed: {thrown} {string.Join('\n', reports)}");
            return;
        }
        if (thrown is null)
        {
            Assert.True(
                reports.Any(report => IsNamed(seam, failed, report)) || MayPassUnnoticed(seam, failure, failed[0]),
                $"not reported, only: {string.Join('\n', reports)}");
            return;
        }
        Assert.False(seam == NthSeam.Target && !failure.IsFatal, $"one failing path stopped the restore: {thrown}");
        var report = ErrorReport.Of(thrown);
        var text = $"{report.Message} {report.Hint}";
        Assert.DoesNotContain("unexpected", text, StringComparison.Ordinal);
        // Where the descriptor is missing, the place is what to look at.
        var isNamed = IsNamed(seam, failed, text)
            || (thrown is NoRepositoryException && text.Contains(PowerCutWorld.Root, StringComparison.Ordinal));
        Assert.True(isNamed, $"without the name of what failed: {text}");
        Assert.Contains(ExitCodes.Of(thrown), CodesOf(seam, failure));
    }

    /// <summary>INV-2: all that was there is there, and is what it was.</summary>
    public static void AssertKept(
        SortedDictionary<string, byte[]> before, PowerCutWorld world, NthOperation operation)
    {
        var after = world.Files(PowerCutWorld.Root);
        foreach (var (path, content) in before)
        {
            if (after.TryGetValue(path, out var now))
                Assert.True(content.AsSpan().SequenceEqual(now), $"{path} was changed");
            else
                Assert.True(operation.Deletes && MayGo(path), $"{path} is gone");
        }
        if (!operation.Writes)
            Assert.Equal(before.Keys, after.Keys);
    }

    static bool MayGo(string path) =>
        Deletable.Any(prefix => path.StartsWith($"{PowerCutWorld.Root}/{prefix}", StringComparison.Ordinal));

    static readonly string[] Deletable =
        [ObjectNames.Packs, ObjectNames.Index, ObjectNames.Ledgers, ObjectNames.Snapshots];

    static bool IsNamed(NthSeam seam, IReadOnlyList<NthCall> failed, string text) =>
        failed.Any(call => text.Contains(NameIn(seam, call), StringComparison.Ordinal));

    // Of a temporary file the directory.
    static string NameIn(NthSeam seam, NthCall call)
    {
        var name = call.Name.Split('~')[0];
        return seam == NthSeam.Disk ? name[Math.Min(PowerCutWorld.Root.Length + 1, name.Length)..] : name;
    }

    static bool MayPassUnnoticed(NthSeam seam, NthFailure failure, NthCall call) => seam switch
    {
        // What cannot be read of a pack is tried again, blob by blob; what seems to have gone from the index is listed
        // again; and where init looks, nothing is there, nor is
        // there an answer to lose.
        NthSeam.Store => call.Member == nameof(StoreMember.Get) && (IsPack(call.Name)
            || (call.Name.StartsWith(ObjectNames.Index, StringComparison.Ordinal)
                && failure.Store.Kind is StoreErrorKind.NotFound or StoreErrorKind.Refused)
            || (call.Name == ObjectNames.Descriptor.Value
                && failure.Store is ({ Kind: StoreErrorKind.NotFound } or { Moment: FaultMoment.After }))),
        // Tidying up, and looks before writing: what is written fails by itself.
        NthSeam.Disk => call.Member is nameof(IDiskOperations.ReadDirectory) or nameof(IDiskOperations.Stat)
                or nameof(IDiskOperations.Unlink) or nameof(IDiskOperations.SyncDirectory) or "StatOpen"
            || (call.Member is nameof(IDiskOperations.OpenRead) or nameof(IDiskFile.Read)
                && IsPack(NameIn(seam, call))),
        // A cache that cannot be written costs time.
        NthSeam.State => true,
        // Then it is written.
        _ => call.Member == nameof(IRestoreTarget.IsAlreadyRestored),
    };

    static bool IsPack(string name) => name.StartsWith("packs/", StringComparison.Ordinal);

    static int[] CodesOf(NthSeam seam, NthFailure failure) => seam switch
    {
        NthSeam.Store => failure.Store.Kind switch
        {
            StoreErrorKind.NotFound or StoreErrorKind.RangeNotSatisfiable or StoreErrorKind.TooLarge =>
                [ExitCodes.Damage, ExitCodes.NoRepository],
            StoreErrorKind.Protected => [ExitCodes.Protected],
            StoreErrorKind.Cold => [ExitCodes.Cold],
            _ => [ExitCodes.Store],
        },
        NthSeam.Disk => [ExitCodes.Store],
        _ => [ExitCodes.Failed],
    };
}

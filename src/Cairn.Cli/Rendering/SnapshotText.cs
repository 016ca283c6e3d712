using Cairn.App.Text;
using Cairn.Engine.Snapshots;

namespace Cairn.Cli.Rendering;

/// <summary>Texts of snapshots as they are shown: other machines wrote them.</summary>
static class SnapshotText
{
    public static string Show(string text) => ByteText.Show(ByteText.ToBytes(text));

    /// <summary>Without the host, which stands beside it.</summary>
    public static string Source(SnapshotInfo snapshot) => Show(
        snapshot.Source.StartsWith(snapshot.HostName + ":", StringComparison.Ordinal)
            ? snapshot.Source[(snapshot.HostName.Length + 1)..]
            : snapshot.Source);

    public static string Tags(SnapshotInfo snapshot) => Show(string.Join(',', snapshot.Tags));
}

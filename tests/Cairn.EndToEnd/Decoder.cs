using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd;

/// <summary>The independent reader of tests/decoder.</summary>
static class Decoder
{
    public static string Folder { get; } = Path.Combine(Path.GetDirectoryName(CairnHome.Executable)!, "tests");

    /// <summary>With the recovery key; it must end well.</summary>
    public static string Run(string repository, string recoveryKey, params string[] arguments) =>
        Programs.Run("/usr/bin/python3",
            [Path.Combine(Folder, "decoder", "cairn_decoder.py"), repository, "--recovery-key-file", recoveryKey,
                .. arguments]);

    /// <summary>The file that init makes has a word of explanation around the key.</summary>
    public static string KeyAlone(string recoveryFile, string folder)
    {
        var key = Path.Combine(folder, "key alone");
        File.WriteAllLines(key, File.ReadLines(recoveryFile)
            .Where(line => line.StartsWith("CAIRN-RECOVERY-1-", StringComparison.Ordinal)));
        return key;
    }
}

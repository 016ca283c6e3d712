using System.Diagnostics;

namespace Cairn.App.Secrets;

/// <summary>Programs that the user names run through the shell, and never see Cairn's own secrets.</summary>
static class ShellCommand
{
    static readonly string[] OwnSecrets =
        [
            SecretSources.PassphraseVariable, SecretSources.NewPassphraseVariable, SecretSources.RecoveryKeyVariable,
            SecretSources.FromPassphraseVariable, SecretSources.FromRecoveryKeyVariable,
        ];

    /// <summary>Standard output comes to us; input and errors are the terminal's.</summary>
    public static ProcessStartInfo ToStartInfo(string command)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        RemoveOwnSecrets(start);
        return start;
    }

    public static void RemoveOwnSecrets(ProcessStartInfo start)
    {
        foreach (var name in OwnSecrets)
            start.Environment.Remove(name);
    }
}

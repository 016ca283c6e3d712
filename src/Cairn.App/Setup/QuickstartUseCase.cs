using System.Security.Cryptography;
using System.Text;
using Cairn.App.Access;
using Cairn.App.Backup;
using Cairn.App.Configuration;
using Cairn.App.Init;
using Cairn.App.Interop;
using Cairn.App.Reading;
using Cairn.App.Secrets;
using Cairn.App.Text;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Sources;

namespace Cairn.App.Setup;

public sealed record QuickstartRequest
{
    /// <summary>What to back up.</summary>
    public required ReadOnlyMemory<byte> Folder { get; init; }

    /// <summary>These get each step as it is done.</summary>
    public Action<QuickstartSetup>? Made { get; init; }
    public Action<BackupReport>? BackedUp { get; init; }
    public Action<CheckResult>? Checked { get; init; }
}

/// <summary>What was made on the first run; null later.</summary>
public sealed record QuickstartSetup(
    string Location, string ConfigurationFile, string PassphraseFile, string RecoveryFile)
{
    /// <summary>The repository was there, and only the configuration is new.</summary>
    public bool IsFound { get; init; }
}

/// <param name="Compared">Path of the file that was restored and compared; null if there was none to compare.</param>
public sealed record QuickstartReport(
    QuickstartSetup? Setup, string Location, BackupReport Backup, CheckResult Check, string? Compared);

/// <summary>
/// From nothing to a backup that was checked and restored from, without a question. The passphrase is generated and
/// kept in a private file, so that later runs need nobody; whoever runs it is told so.
/// </summary>
public static class QuickstartUseCase
{
    const int PassphraseGroups = 6;
    const int GroupLetters = 5;
    const string Letters = "abcdefghjkmnpqrstvwxyz23456789";

    public static async Task<QuickstartReport> RunAsync(
        AppEnvironment environment, QuickstartRequest request, CancellationToken cancellationToken)
    {
        var folder = PathBytes.MakeAbsolute(request.Folder.Span, environment.WorkingFolder.Span);
        // Before anything is made.
        if (Libc.Resolve(folder) is null)
            throw new SourceMissingException($"there is no {ByteText.Show(folder)} to back up");
        var configuration = ConfigurationReader.Read(environment.Paths, environment.Variable("HOME"));
        var setup = configuration.Repository is null
            ? await SetUpAsync(environment, configuration, cancellationToken)
            : null;
        if (setup is not null)
            request.Made?.Invoke(setup);
        var access = new AccessOptions();
        var location = setup?.Location ?? configuration.Repository!;
        var backup = await BackupUseCase.RunAsync(
            environment, new BackupRequest { Access = access, Paths = [request.Folder] }, cancellationToken);
        request.BackedUp?.Invoke(backup);
        var check = await CheckUseCase.RunAsync(environment, new CheckRequest { Access = access }, cancellationToken);
        request.Checked?.Invoke(check);
        var compared = await QuickstartProof.CompareOneAsync(environment, access, backup, cancellationToken);
        return new QuickstartReport(setup, location, backup, check, compared);
    }

    // In this order a run that was cut off is simply run again: the configuration, which ends it, comes last.
    static async Task<QuickstartSetup> SetUpAsync(
        AppEnvironment environment, CairnConfiguration configuration, CancellationToken cancellationToken)
    {
        var paths = environment.Paths;
        if (configuration.File is not null)
            throw new UsageException(
                $"{configuration.File} has no \"repository:\"", "add one, or move the file away and run this again");
        var setup = new QuickstartSetup(
            Path.Combine(paths.DataFolder, "repository"), paths.ConfigurationFile,
            Path.Combine(paths.ConfigurationFolder, "passphrase"),
            Path.Combine(paths.ConfigurationFolder, "recovery-key"));
        if (!File.Exists(setup.PassphraseFile))
            PrivateFile.Write(setup.PassphraseFile, Encoding.ASCII.GetBytes(CreatePassphrase() + "\n"));
        var options = new AccessOptions
        {
            Repository = setup.Location, Passphrase = new PassphraseOptions { File = setup.PassphraseFile },
        };
        PrivateFile.CreateFolder(paths.DataFolder);
        if (File.Exists(Path.Combine(setup.Location, "cairn.json")))
            setup = setup with { IsFound = true };
        else
        {
            File.Delete(setup.RecoveryFile);
            using var _ = await InitUseCase.RunAsync(
                environment,
                new InitRequest { Access = options, RecoveryFile = setup.RecoveryFile, CanShowRecoveryKey = false },
                cancellationToken);
        }
        PrivateFile.Write(setup.ConfigurationFile, Encoding.UTF8.GetBytes(
            $"# Made by cairn quickstart.\nrepository: {Quote(setup.Location)}\n"
            + $"passphrase-file: {Quote(setup.PassphraseFile)}\n"));
        return setup;
    }

    // 30 letters of 30 kinds: 147 bits.
    static string CreatePassphrase() => string.Join('-', Enumerable.Range(0, PassphraseGroups)
        .Select(_ => RandomNumberGenerator.GetString(Letters, GroupLetters)));

    static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}

using Cairn.App;
using Cairn.App.OpenPgp;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Storage;

namespace Cairn.Cli;

/// <summary>What the process tells its caller (docs: the command line).</summary>
static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Warnings = 3;
    public const int Differences = 5;
    public const int NoRepository = 10;
    public const int NoKey = 12;
    public const int Damage = 13;
    public const int Store = 14;
    public const int Cold = 15;
    public const int Protected = 16;
    public const int Interrupted = 130;

    public static IReadOnlyList<(int Code, string Meaning)> Meanings { get; } =
    [
        (Ok, "Done"),
        (Failed, "Failed"),
        (Usage, "The command line or the configuration makes no sense"),
        (Warnings, "Done, with warnings: something could not be read"),
        (Differences, "Differences were found (diff, verify, drill)"),
        (NoRepository, "There is no repository, or one of a newer format"),
        (NoKey, "No key opens the repository"),
        (Damage, "Damage was found"),
        (Store, "The store refused, is full, or does not answer"),
        (Cold, "Data is in a cold class, and must be thawed first"),
        (Protected, "An object is protected by a lease"),
        (Interrupted, "Interrupted"),
    ];

    static readonly int[] GravestFirst = [Damage, Store, Failed, Cold, Differences, Warnings];

    public static int Of(Exception exception) => exception switch
    {
        OperationCanceledException => Interrupted,
        UsageException or ConfigurationException or SecretSourceException => Usage,
        StoreLocationException => Usage,
        NoRepositoryException or UnsupportedFormatException => NoRepository,
        WrongKeyException or KeyNeededException or CredentialException or RecoveryKeyException => NoKey,
        OpenPgpException => NoKey,
        DamagedObjectException e => Of(e.Kind),
        FormatViolationException e => Of(e.Kind),
        // Without a name it is the place itself that is missing.
        StoreException { Kind: StoreErrorKind.NotFound, Key: null } => NoRepository,
        StoreException e => Of(e.Kind),
        _ => Failed,
    };

    /// <summary>Where several things went wrong.</summary>
    public static int Gravest(params ReadOnlySpan<int> codes)
    {
        foreach (var code in GravestFirst)
        {
            if (codes.Contains(code))
                return code;
        }
        return Ok;
    }

    /// <summary>Where several runs ended each in its own way: any failure is graver than a warning.</summary>
    public static int GravestOf(IReadOnlyList<int> codes)
    {
        var failures = codes.Where(code => code is not (Ok or Warnings)).ToList();
        return failures.Count switch
        {
            0 => codes.Contains(Warnings) ? Warnings : Ok,
            _ when failures.TrueForAll(code => code == failures[0]) => failures[0],
            _ => Gravest([.. failures]) is not Ok and var known ? known : Failed,
        };
    }

    static int Of(FailureKind kind) => kind switch
    {
        FailureKind.Unsupported => NoRepository,
        FailureKind.WrongKey => NoKey,
        _ => Damage,
    };

    static int Of(StoreErrorKind kind) => kind switch
    {
        StoreErrorKind.NotFound or StoreErrorKind.RangeNotSatisfiable or StoreErrorKind.TooLarge => Damage,
        StoreErrorKind.Protected => Protected,
        StoreErrorKind.Cold => Cold,
        _ => Store,
    };
}

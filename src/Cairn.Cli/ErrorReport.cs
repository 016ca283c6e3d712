using Cairn.App;
using Cairn.App.Jobs;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Drill;
using Cairn.App.OpenPgp;
using Cairn.Engine.Interop;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Engine.Storage;

namespace Cairn.Cli;

/// <summary>What happened and what to do next, for a person.</summary>
sealed record ErrorReport(string Message, string? Hint)
{
    public static ErrorReport Of(Exception exception)
    {
        var (message, hint) = Describe(exception);
        // Some messages carry their hint as a second sentence.
        if (hint is null && OwnHintAt(message) is { } end)
            (message, hint) = (message[..end], message[(end + 2)..]);
        return new ErrorReport(ToHouseStyle(message), hint is null ? null : ToHouseStyle(hint));
    }

    static int? OwnHintAt(string message) =>
        message.IndexOf(". ", StringComparison.Ordinal) is > 0 and var end
        && end + 2 < message.Length && char.IsUpper(message[end + 2])
            ? end
            : null;

    /// <summary>The cause behind what the runtime wraps around it.</summary>
    public static Exception Unwrap(Exception exception)
    {
        while (exception is TypeInitializationException or AggregateException
            or System.Reflection.TargetInvocationException
            && exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }

    static (string Message, string? Hint) Describe(Exception exception) => exception switch
    {
        OperationCanceledException => ("interrupted; nothing that is stored already is lost", "run it again to go on"),
        UsageException e => (e.Message, e.Hint),
        KeyNeededException e => (e.Message, e.Hint),
        RefusedException e => (e.Message, e.Hint),
        OpenPgpException e => (e.Message, e.Hint),
        SnapshotNotFoundException e => (e.Message, e.Hint),
        PathNotFoundException e => (
            e.Message, "see what is there with: cairn ls SNAPSHOT, or where it is with: cairn find NAME"),
        WrongKeyException e => (e.Message, null),
        NoRepositoryException e => (e.Message, null),
        UnsupportedFormatException e => (e.Message, "use a newer version of cairn for this repository"),
        CredentialException e => (e.Message, null),
        DamagedObjectException e when e.Key == ObjectNames.Descriptor =>
            (e.Message, "nothing opens without it: put cairn.json back from another copy of the repository"),
        DamagedObjectException e => (e.Message, "see the extent with: cairn check --read-data"),
        StoreException { Kind: StoreErrorKind.NotFound, Key: null } e =>
            (e.Message, "if nothing is to be mounted, and a new repository is wanted there: cairn init"),
        StoreException e => (e.Message, OwnHintAt(e.Message) is null ? HintFor(e.Kind) : null),
        SourceMissingException e => (e.Message, "nothing was recorded"),
        HookFailedException e => (e.Message, "nothing was recorded"),
        StreamFailedException e => (e.Message, "nothing was recorded"),
        RestoreWriteException e => (e.Message, null),
        PlatformNotSupportedException e => (e.Message, null),
        TooManyLargeFilesException e => (e.Message, "drill more with --max"),
        MissingLibraryException e => ($"{e.Library} is missing",
            $"install the package {e.Package}: apt-get install {e.Package}"),
        _ when IsOwn(exception) => (exception.Message, null),
        IOException or UnauthorizedAccessException => (exception.Message, null),
        _ => ($"unexpected {exception.GetType().Name}: {exception.Message}",
            "this is a fault of cairn; -vv shows where it happened"),
    };

    static string? HintFor(StoreErrorKind kind) => kind switch
    {
        StoreErrorKind.Full => "make room where the repository is, then run this again: what is stored already is kept",
        StoreErrorKind.Unavailable => "run this again when the store answers: what is stored already is kept",
        StoreErrorKind.Refused => "look at the permissions of the repository",
        StoreErrorKind.NotFound => "see the extent with: cairn check",
        StoreErrorKind.Cold => "have the store thaw it (aws s3api restore-object), and whatever else is named when "
            + "this is run again",
        _ => null,
    };

    static bool IsOwn(Exception exception) =>
        exception.GetType().Namespace?.StartsWith("Cairn.", StringComparison.Ordinal) == true
        && exception is not InvariantViolatedException;

    static string ToHouseStyle(string text)
    {
        text = text.ReplaceLineEndings(" ").TrimEnd();
        if (text.EndsWith('.') && !text.EndsWith("..", StringComparison.Ordinal))
            text = text[..^1];
        return text.Length > 1 && char.IsUpper(text[0]) && char.IsLower(text[1])
            && !text.StartsWith("Cairn", StringComparison.Ordinal)
            ? char.ToLowerInvariant(text[0]) + text[1..]
            : text;
    }
}

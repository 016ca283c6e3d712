using System.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Vectors;

namespace Cairn.Tests.Vectors;

/// <summary>What came of reading: the kind of failure, and all that was given out before it.</summary>
sealed record Outcome(string Kind, string Message, string Released)
{
    public static async Task<Outcome> OfAsync(Func<StringBuilder, Task> read)
    {
        var released = new StringBuilder();
        try
        {
            await read(released);
            return new Outcome(Vector.Success, "", released.ToString());
        }
        catch (Exception e) when (KindOf(e) is { } kind)
        {
            return new Outcome(kind, e.Message, released.ToString());
        }
    }

    static string? KindOf(Exception exception) => exception switch
    {
        FormatViolationException e => Word(e.Kind),
        DamagedObjectException e => Word(e.Kind),
        UnsupportedFormatException => Scenario.Unsupported,
        WrongKeyException => Scenario.WrongKey,
        RecoveryKeyException => Scenario.Framing,
        // A store refuses at once what is longer than its reader allows.
        StoreException { Kind: StoreErrorKind.TooLarge } => Scenario.Framing,
        _ => null,
    };

    static string Word(FailureKind kind) =>
        kind == FailureKind.WrongKey ? Scenario.WrongKey : kind.ToString().ToLowerInvariant();
}

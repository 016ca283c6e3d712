using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Cairn.Engine.Primitives;

/// <summary>
/// Assertions that stay on in Release builds: a broken invariant in a backup engine must stop the run, because the
/// next thing that happens would be a wrong byte written or a right one deleted.
/// </summary>
public static class Invariant
{
    public static void That(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        if (!condition)
            Fail(expression);
    }

    public static T NotNull<T>(
        [NotNull] T? value, [CallerArgumentExpression(nameof(value))] string? expression = null)
        where T : class
    {
        if (value is null)
            Fail(expression);
        return value;
    }

    [DoesNotReturn]
    public static void Fail(string? what) => throw new InvariantViolatedException(what ?? "unknown");
}

/// <summary>A bug in Cairn, never a fault of the input or the store. Not caught anywhere but at the top.</summary>
public sealed class InvariantViolatedException(string what)
    : Exception($"internal error: the invariant \"{what}\" does not hold");

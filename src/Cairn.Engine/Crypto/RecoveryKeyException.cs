namespace Cairn.Engine.Crypto;

public enum RecoveryKeyProblem
{
    LettersMissing,
    TooManyLetters,
    WrongLetter,
}

/// <summary>A recovery key was typed wrongly; the message says how, and is meant for whoever typed.</summary>
public sealed class RecoveryKeyException(RecoveryKeyProblem problem, string message) : Exception(message)
{
    public RecoveryKeyProblem Problem { get; } = problem;

    internal static RecoveryKeyException Missing(int letters) => new(
        RecoveryKeyProblem.LettersMissing,
        letters == 1
            ? "the recovery key is incomplete: 1 letter is missing"
            : $"the recovery key is incomplete: {letters} letters are missing");

    internal static RecoveryKeyException TooMany(int letters) => new(
        RecoveryKeyProblem.TooManyLetters,
        letters == 1
            ? "the recovery key is too long: it has 1 letter too many"
            : $"the recovery key is too long: it has {letters} letters too many");

    internal static RecoveryKeyException Wrong() =>
        new(RecoveryKeyProblem.WrongLetter, "the recovery key is not right: a letter is wrong");

    internal static RecoveryKeyException Foreign(char letter) => new(
        RecoveryKeyProblem.WrongLetter,
        $"the recovery key is not right: a letter is wrong ('{letter}' is in no recovery key)");
}

using System.Security.Cryptography;

namespace Cairn.Storage.Local;

/// <summary>
/// Names of files being written. They lie beside the object they become, so that publishing never crosses a file
/// system, and contain a character that no key has, so that none can be mistaken for an object.
/// </summary>
static class TemporaryNames
{
    const string Start = "~";
    const string End = ".tmp";
    const int RandomBytes = 16;

    public static string In(string directory) =>
        $"{directory}/{Start}{RandomNumberGenerator.GetHexString(2 * RandomBytes, lowercase: true)}{End}";

    public static bool IsOne(string name) =>
        name.Length == Start.Length + 2 * RandomBytes + End.Length
        && name.StartsWith(Start, StringComparison.Ordinal)
        && name.EndsWith(End, StringComparison.Ordinal)
        && !name.AsSpan(Start.Length, 2 * RandomBytes).ContainsAnyExcept("0123456789abcdef");
}

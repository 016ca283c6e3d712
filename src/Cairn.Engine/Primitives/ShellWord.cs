namespace Cairn.Engine.Primitives;

/// <summary>Texts for commands that a person is to type or copy.</summary>
public static class ShellWord
{
    /// <summary>In quotation marks where a shell would understand something else.</summary>
    public static string Quote(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Plain)
            ? text
            : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    static readonly System.Buffers.SearchValues<char> Plain = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_");
}

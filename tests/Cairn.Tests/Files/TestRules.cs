using System.Text;
using Cairn.Engine.Entries;
using Cairn.Files.Selecting;

namespace Cairn.Tests.Files;

/// <summary>Rules by their patterns: <c>+ PATTERN</c> or <c>- PATTERN</c>.</summary>
static class TestRules
{
    public static ICandidate NoCandidate { get; } = new Nothing();

    public static SelectionRules Of(string[] patterns, params string[] sources) => new(
        patterns.Select(Rule), sources.Select(source => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(source)));

    public static GlobRule Rule(string text) =>
        new(Encoding.UTF8.GetBytes(text[2..]), includes: text[0] == '+') { Text = text };

    public static Verdict Decide(this SelectionRules rules, string path, EntryKind kind = EntryKind.File) =>
        rules.Decide(Encoding.UTF8.GetBytes(path), kind, NoCandidate);

    sealed class Nothing : ICandidate
    {
        public (long Size, FileTime Modified)? SizeAndTime => null;

        public bool Contains(ReadOnlySpan<byte> name) => false;

        public bool ContainsFile(ReadOnlySpan<byte> name, ReadOnlySpan<byte> beginning) => false;
    }
}

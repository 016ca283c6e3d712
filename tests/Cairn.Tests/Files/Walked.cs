using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Selecting;
using Cairn.Files.Walking;

namespace Cairn.Tests.Files;

/// <summary>What a walk yielded, with names as Latin-1 text so that every byte is one character.</summary>
sealed class Walked : ISourceProblems
{
    public List<(string Directory, string Name, Entry Entry)> All { get; } = [];

    public List<SourceProblem> Problems { get; } = [];

    public List<int> BatchSizes { get; } = [];

    /// <summary>Contents of the files by path, if they were asked for.</summary>
    public Dictionary<string, byte[]> Contents { get; } = [];

    public static Walked Walk(params byte[][] sources) => Walk(sources, selection: null);

    public static Walked Walk(
        byte[][] sources, ISelection? selection, bool oneFileSystem = false, bool read = false,
        Action<DirectoryBatch>? onBatch = null)
    {
        var options = new FileTreeOptions
        {
            Sources = [.. sources.Select(source => (ReadOnlyMemory<byte>)source)],
            Selection = selection,
            OneFileSystem = oneFileSystem,
        };
        return Walk(options, read, onBatch);
    }

    public static Walked Walk(FileTreeOptions options, bool read = false, Action<DirectoryBatch>? onBatch = null)
    {
        var result = new Walked();
        var token = TestContext.Current.CancellationToken;
        var batches = onBatch is null ? new FileTreeSource(options).Walk(result, token) : Stepwise(options, result);
        foreach (var batch in batches)
        {
            using (batch)
            {
                result.Take(batch, read);
                onBatch?.Invoke(batch);
            }
        }
        return result;
    }

    // Not ahead of what the test does to the tree between two batches.
    static IEnumerable<DirectoryBatch> Stepwise(FileTreeOptions options, Walked result)
    {
        using var walker = new TreeWalker(SourceTree.Build(options.Sources), options, result);
        using var attributes = new AttributeReader(new WalkProblems(result));
        while (walker.Next(TestContext.Current.CancellationToken) is { } batch)
        {
            batch.ReadAttributes(attributes);
            yield return batch;
        }
    }

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string Join(string directory, string name) => directory.Length == 0 ? name : $"{directory}/{name}";

    /// <summary>Paths below a directory, without it and its ancestors, in the order of the walk.</summary>
    public List<string> Below(string root)
    {
        var prefix = root.TrimStart('/') + "/";
        return [.. All.Select(item => Join(item.Directory, item.Name))
            .Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(path => path[prefix.Length..])];
    }

    public Entry Get(string absolutePath) =>
        All.Single(item => "/" + Join(item.Directory, item.Name) == absolutePath).Entry;

    public string ProblemTexts() =>
        string.Join("\n", Problems.Select(problem => $"{Text(problem.Path)}: {problem.Message} ({problem.IsError})"));

    public void Report(SourceProblem problem)
    {
        lock (Problems)
            Problems.Add(problem);
    }

    public static byte[] ReadAll(DirectoryBatch batch, Entry entry)
    {
        using var file = batch.Open(entry);
        var content = new MemoryStream();
        var buffer = new byte[4096];
        for (int read; (read = file.Read(buffer)) > 0;)
            content.Write(buffer, 0, read);
        Assert.False(file.HasChanged);
        return content.ToArray();
    }

    public void Take(DirectoryBatch batch, bool read)
    {
        BatchSizes.Add(batch.Entries.Count);
        var directory = Text(batch.DirectoryPath);
        foreach (var entry in batch.Entries)
        {
            All.Add((directory, Text(entry.Name), entry));
            if (read && entry.Kind == EntryKind.File)
                Contents.Add(Join(directory, Text(entry.Name)), ReadAll(batch, entry));
        }
    }
}

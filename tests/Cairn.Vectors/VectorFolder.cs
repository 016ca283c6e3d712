using System.Text;
using Cairn.Vectors.Scenarios;

namespace Cairn.Vectors;

/// <summary>All that stands in vectors/.</summary>
public static class VectorFolder
{
    public static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cairn.slnx")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no Cairn.slnx above the program");
        return folder.FullName;
    }

    /// <summary>Files by path, with their bytes: always the same ones.</summary>
    public static SortedDictionary<string, byte[]> Make()
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var (repository, objects) = RepositoryScenario.Make();
        foreach (var (name, bytes) in objects)
            files.Add($"{RepositoryScenario.Folder}/{name}", bytes);
        Vector[] vectors = [.. Scenarios(), WorkedExample.Vector(), repository];
        foreach (var vector in vectors)
            files.Add($"{vector.Scenario}.txt", Encoding.UTF8.GetBytes(vector.Format()));
        files.Add("pack-worked-example/README.md", Encoding.UTF8.GetBytes(WorkedExample.Readme()));
        files.Add("README.md", Encoding.UTF8.GetBytes(Readme.Text(vectors)));
        return files;
    }

    static IEnumerable<Vector> Scenarios() =>
    [
        .. PrimitiveScenarios.All(), .. KeyScenarios.All(), .. DescriptorScenarios.All(), .. KeyObjectScenarios.All(),
        .. RecordScenarios.All(), .. LedgerScenarios.All(), .. IndexScenarios.All(), .. SnapshotScenarios.All(),
        .. PackScenarios.All(), .. ManifestScenarios.All(),
    ];
}

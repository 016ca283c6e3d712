using Cairn.Vectors;

// Writes vectors/ anew: dotnet run --project tests/Cairn.Vectors
var folder = args.Length > 0 ? args[0] : Path.Combine(VectorFolder.FindRoot(), "vectors");
var files = VectorFolder.Make();
if (Directory.Exists(folder))
    Directory.Delete(folder, recursive: true);
foreach (var (name, bytes) in files)
{
    var path = Path.Combine(folder, name);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllBytes(path, bytes);
}
Console.WriteLine($"{files.Count} files in {folder}");

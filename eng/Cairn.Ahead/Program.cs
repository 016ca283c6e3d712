using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Cairn.Ahead;

// A step of publishing: reads the assemblies that are to be compiled ahead, and writes a profile that names what the
// compiler would leave to be compiled while the program runs (docs/performance.md, "Starting").
if (args is not [var folder, var output])
{
    Console.Error.WriteLine("usage: Cairn.Ahead FOLDER-OF-ASSEMBLIES PROFILE");
    return 2;
}
var profile = new ProfileWriter();
foreach (var file in Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal))
{
    using var image = new PEReader(File.OpenRead(file));
    if (image.HasMetadata)
        profile.Add(new StateMachines(image.GetMetadataReader()));
}
if (profile.BoxCount == 0)
{
    Console.Error.WriteLine($"no state machine was found in {folder}: the C# compiler names them otherwise now");
    return 1;
}
profile.WriteTo(output);
Console.WriteLine($"{profile.BoxCount} boxes of state machines to be compiled ahead");
return 0;

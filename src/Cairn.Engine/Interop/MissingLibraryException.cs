namespace Cairn.Engine.Interop;

/// <summary>A native library that Cairn needs is not installed.</summary>
public sealed class MissingLibraryException(string library, string package)
    : Exception($"{library} is missing: install the package {package} (apt-get install {package})")
{
    public string Library { get; } = library;
    public string Package { get; } = package;
}

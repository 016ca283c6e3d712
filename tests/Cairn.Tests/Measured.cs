namespace Cairn.Tests;

/// <summary>
/// Tests that measure the whole process: its memory says nothing while other tests run beside them, so they run alone.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Measured
{
    public const string Name = "measured";
}

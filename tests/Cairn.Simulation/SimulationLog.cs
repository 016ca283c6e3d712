using System.Security.Cryptography;
using System.Text;
using Cairn.Testing.Simulated.Scheduling;

namespace Cairn.Simulation;

/// <summary>All that happened in one life, in order, with the world's time.</summary>
sealed class SimulationLog(SimulatedClock clock)
{
    readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public void Add(string line) => _lines.Add($"{clock.Elapsed:dd\\.hh\\:mm\\:ss\\.fff} {line}");

    public string Hash() => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', _lines))));
}

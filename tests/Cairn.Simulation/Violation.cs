namespace Cairn.Simulation;

/// <summary>An invariant does not hold.</summary>
sealed class ViolationException(string message) : Exception(message);

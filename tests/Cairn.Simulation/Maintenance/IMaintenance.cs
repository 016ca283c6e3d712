using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// A round of maintenance by one process, on a store that may fail and a process that may die at any call. The scripted
/// one keeps the rules of the protocol and is else as wild as they allow; the other is the product's own prune.
/// </summary>
interface IMaintenance
{
    Task RunAsync(IObjectStore store, EngineEnvironment environment, CancellationToken cancellationToken);
}

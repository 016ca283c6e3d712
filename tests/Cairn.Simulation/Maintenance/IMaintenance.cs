using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// A round of maintenance by one process, on a store that may fail and a process that may die at any call. The scripted
/// one keeps the rules of the protocol and is else as wild as they allow. The product's own prune gets its place here:
/// implement this with its operation, and return it from <see cref="MaintainerLife.Choose"/> for some of the rounds.
/// </summary>
interface IMaintenance
{
    Task RunAsync(IObjectStore store, EngineEnvironment environment, CancellationToken cancellationToken);
}

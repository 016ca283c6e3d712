using Cairn.Engine.Operations.Check;

namespace Cairn.Engine.Operations.Repair;

/// <summary>How far a repair is: that of the part which is under way. Any thread may sample.</summary>
public sealed class RepairMonitor : IProgressSource
{
    volatile IProgressSource _part = new WorkMonitor("starting");

    public ProgressSample Sample() => _part.Sample();

    internal T Begin<T>(T part) where T : class, IProgressSource
    {
        _part = part;
        return part;
    }

    internal CheckMonitor BeginCheck() => Begin(new CheckMonitor());
}

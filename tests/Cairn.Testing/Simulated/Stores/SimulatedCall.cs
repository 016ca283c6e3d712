using Cairn.Testing.Stores;

namespace Cairn.Testing.Simulated.Stores;

/// <param name="Number">The how-manieth request of this caller it is, from 1. Each page of a listing is one.</param>
/// <param name="Name">Key or prefix.</param>
public sealed record SimulatedCall(string Caller, int Number, StoreMember Member, string Name)
{
    public override string ToString() => $"{Caller}/{Number} {Member} {Name}";
}

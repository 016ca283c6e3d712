using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>Numbers owners in the order of their first use. Not for two threads at once.</summary>
sealed class OwnerNumbers
{
    readonly List<Owner> _owners = [];
    readonly Dictionary<Owner, int> _numbers = [];
    Owner? _lastOwner;
    int _lastNumber;

    public IReadOnlyList<Owner> Owners => _owners;

    public int Of(Owner owner)
    {
        // Neighbours mostly share one owner object, and comparing references is much cheaper than hashing names.
        if (ReferenceEquals(owner, _lastOwner))
            return _lastNumber;
        if (!_numbers.TryGetValue(owner, out var number))
        {
            number = _owners.Count;
            Invariant.That(number < ManifestLimits.Owners);
            _owners.Add(owner);
            _numbers.Add(owner, number);
        }
        _lastOwner = owner;
        _lastNumber = number;
        return number;
    }

    public void Clear()
    {
        _owners.Clear();
        _numbers.Clear();
        _lastOwner = null;
    }
}

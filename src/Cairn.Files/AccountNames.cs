using System.Collections.Concurrent;
using Cairn.Engine.Entries;
using Cairn.Files.Interop;

namespace Cairn.Files;

/// <summary>This computer's users and groups, both ways, asked once each. Any thread.</summary>
sealed class AccountNames
{
    // Accounts may come from a directory service with millions; then asking again is better than keeping all.
    const int KeptMax = 65_536;

    readonly ConcurrentDictionary<(uint User, uint Group), Owner> _owners = new();
    readonly ConcurrentDictionary<uint, string> _userNames = new();
    readonly ConcurrentDictionary<uint, string> _groupNames = new();
    readonly ConcurrentDictionary<Owner, OwnerNumbers> _numbers = new();
    Owner? _lastOwner;

    public Owner OwnerOf(uint user, uint group)
    {
        var last = _lastOwner;
        if (last is not null && last.UserId == user && last.GroupId == group)
            return last;
        if (!_owners.TryGetValue((user, group), out var owner))
        {
            var userName = Ask(_userNames, user, Libc.UserName);
            owner = new Owner(user, group, userName, Ask(_groupNames, group, Libc.GroupName));
            Keep(_owners, (user, group), owner);
        }
        return _lastOwner = owner;
    }

    /// <summary>The numbers an owner has here: those of the names if there are such, else the recorded ones.</summary>
    public OwnerNumbers NumbersOf(Owner owner)
    {
        if (_numbers.TryGetValue(owner, out var numbers))
            return numbers;
        var user = owner.UserName.Length > 0 ? Libc.UserId(owner.UserName) : null;
        var group = owner.GroupName.Length > 0 ? Libc.GroupId(owner.GroupName) : null;
        numbers = new OwnerNumbers(user ?? owner.UserId, group ?? owner.GroupId);
        Keep(_numbers, owner, numbers);
        return numbers;
    }

    static string Ask(ConcurrentDictionary<uint, string> known, uint id, Func<uint, string?> ask)
    {
        if (known.TryGetValue(id, out var name))
            return name;
        name = ask(id) ?? "";
        Keep(known, id, name);
        return name;
    }

    static void Keep<TKey, TValue>(ConcurrentDictionary<TKey, TValue> known, TKey key, TValue value)
        where TKey : notnull
    {
        if (known.Count >= KeptMax)
            known.Clear();
        known[key] = value;
    }
}

sealed record OwnerNumbers(uint User, uint Group);

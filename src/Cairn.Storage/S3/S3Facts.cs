namespace Cairn.Storage.S3;

/// <summary>
/// What a store was seen to do, as far as it decides how it is used. A fact of a place, not of a repository: a copy of
/// the repository in another place must not carry it along. So it is kept in local state, and may be lost.
/// </summary>
/// <param name="HonoursCreateOnly">A PUT with <c>If-None-Match: *</c> never replaces an object.</param>
/// <param name="Locks">A lock set in a PUT holds.</param>
/// <param name="ListsInOrder">A listing is in the order of names.</param>
public sealed record S3Facts(bool HonoursCreateOnly, bool Locks, bool ListsInOrder = true);

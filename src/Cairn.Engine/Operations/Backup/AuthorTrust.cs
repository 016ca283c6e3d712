using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Against whose packs a host deduplicates. A host with a key that was stolen can claim that a pack holds a content
/// which it does not hold: who relies on it has a hole in his backup (INV-5). What is not trusted is stored again.
/// </summary>
public sealed class AuthorTrust
{
    readonly Func<Repository, SignerId, bool> _trusts;

    AuthorTrust(Func<Repository, SignerId, bool> trusts) => _trusts = trusts;

    /// <summary>Only what this host stored itself.</summary>
    public static AuthorTrust Own { get; } = new((_, _) => false);

    /// <summary>Whatever hosts and maintainers stored that are let in and were not revoked.</summary>
    public static AuthorTrust Enrolled { get; } = new((repository, author) => repository.Signers.IsActive(author));

    /// <summary>What this host or one of these stored.</summary>
    public static AuthorTrust Of(IReadOnlySet<SignerId> authors) => new((_, author) => authors.Contains(author));

    /// <summary>
    /// Takes out of look-ups the packs for which somebody vouches who is not trusted: as an author of a row, or as the
    /// writer of the index object that says what is in it. An admin, who repacks, holds every key anyhow.
    /// </summary>
    public void Apply(Repository repository, BlobIndex index)
    {
        var trusts = For(repository);
        foreach (var number in index.EnumeratePacks())
        {
            var pack = index.GetPack(number);
            if (!trusts(pack.Authors, pack.IndexedBy))
                index.Exclude(number);
        }
    }

    /// <summary>
    /// The same question of one pack: its authors, and who wrote the index object if that is another.
    /// </summary>
    internal Func<IEnumerable<SignerId>, SignerId?, bool> For(Repository repository)
    {
        var own = repository.RequireHost().Id;
        var known = new Dictionary<SignerId, bool> { [own] = true };
        bool Trusts(SignerId author)
        {
            if (!known.TryGetValue(author, out var trusts))
                known.Add(author, trusts = repository.Signers.IsAdmin(author) || _trusts(repository, author));
            return trusts;
        }
        return (authors, writer) => authors.All(Trusts) && (writer is not { } other || Trusts(other));
    }
}

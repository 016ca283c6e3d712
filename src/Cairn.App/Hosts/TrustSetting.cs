using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Repositories;

namespace Cairn.App.Hosts;

/// <summary>Against whose packs to deduplicate, as the configuration or an option says it.</summary>
public sealed record TrustSetting(IReadOnlyList<string> Hosts)
{
    const string Own = "own";
    const string Enrolled = "enrolled";

    /// <summary><c>own</c>, <c>enrolled</c>, or names and ids of hosts with commas between them.</summary>
    public static TrustSetting Parse(string text) =>
        new([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]);

    internal AuthorTrust Resolve(Repository repository) => Hosts switch
    {
        [Own] => AuthorTrust.Own,
        [Enrolled] => AuthorTrust.Enrolled,
        [] => throw new UsageException("trust needs \"own\", \"enrolled\", or names of hosts"),
        _ => AuthorTrust.Of(Hosts.Select(name => Find(repository, name).Id).ToHashSet()),
    };

    // A revoked host only by its id: a name may have gone over to another machine.
    static EnrolledSigner Find(Repository repository, string name)
    {
        var active = repository.Signers.Enrolled.Where(signer => signer.Revoked is null).ToList();
        return active.Any(signer => signer.Name == name)
            ? HostFinder.Find(active, name)
            : HostFinder.Find(repository.Signers.Enrolled.Where(signer => signer.Name != name), name);
    }
}

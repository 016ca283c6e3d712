using Cairn.Engine.Repositories;

namespace Cairn.App.Hosts;

/// <summary>Finds a host by its name, its id, or a beginning of its id.</summary>
static class HostFinder
{
    public const int ShownDigits = 8;
    const int PrefixLengthMin = 4;

    public static EnrolledSigner Find(IEnumerable<EnrolledSigner> signers, string text)
    {
        var all = signers.ToList();
        var found = all.Where(signer => signer.Name == text).ToList();
        if (found.Count == 0 && text.Length >= PrefixLengthMin)
            found = [.. all.Where(signer =>
                signer.Id.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase))];
        return found.Count switch
        {
            1 => found[0],
            0 => throw new UsageException($"there is no host {text}", "see: cairn host list"),
            _ => throw new UsageException(
                $"{text} means {found.Count} hosts",
                "give one's id: " + string.Join(", ", found.Select(signer => signer.Id.ToString()[..ShownDigits]))),
        };
    }
}

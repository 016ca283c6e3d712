using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;

namespace Cairn.Engine.Operations.Check;

/// <summary>Descriptor, epochs, keys, hosts, retired records and moves: who may read and write, and what was
/// retired.</summary>
static class AccessCheck
{
    public static async Task RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        context.Monitor.Begin("checking keys");
        var repository = context.Repository;
        await GuardAsync(context, async () =>
        {
            var descriptor = await RepositoryOpener.ReadDescriptorAsync(context.Store, cancellationToken);
            if (descriptor != repository.Descriptor)
                context.Findings.Damage(
                    ObjectNames.Descriptor.Value, FailureKind.Content,
                    "it is another one than when the repository was opened");
        });
        await GuardAsync(context, async () =>
            await EpochChain.ReadAsync(context.Store, repository.Descriptor, cancellationToken));
        await GuardAsync(context, async () =>
        {
            var keys = await KeyStore.ReadAsync(
                context.Store, repository.Id, repository.Epochs, cancellationToken);
            AddAll(context, keys.Problems);
        });
        await GuardAsync(context, async () =>
        {
            var signers = RepositoryOpener.AdminsOf(repository.Epochs);
            var (_, problems) = await HostRecords.ReadAsync(context.Store, repository.Keys, signers, cancellationToken);
            AddAll(context, problems);
            // A repository is made with a host; without its record all it wrote looks like a stranger's.
            if (!signers.Enrolled.Any(signer => !signer.IsMaintainer))
                context.Findings.Damage(
                    ObjectNames.Hosts, kind: null, "no record of a host is left, so nothing can be believed");
        });
        AddAll(context, context.Session.Retired.Problems);
        await MoveCheck.RunAsync(context, cancellationToken);
    }

    static void AddAll(CheckContext context, IEnumerable<string> problems)
    {
        foreach (var problem in problems)
        {
            var end = problem.IndexOf(": ", StringComparison.Ordinal);
            var name = end < 0 ? "" : problem[..end];
            // Names that are none were told when the store was listed.
            if (IsNameOfCairns(name))
                context.Findings.Damage(name, kind: null, problem);
        }
    }

    static bool IsNameOfCairns(string name) =>
        ObjectNames.Prefixes.Contains(name) || name.Length == 0
        || (Storage.ObjectKey.TryParse(name, out var key)
            && ObjectNames.Prefixes.Any(prefix => ObjectNames.TryParseDated(prefix, key, out _)));

    static async Task GuardAsync(CheckContext context, Func<Task> check)
    {
        try
        {
            await check();
        }
        catch (DamagedObjectException e)
        {
            context.Findings.Damage(e.Key.Value, e.Kind, e.Message);
        }
        catch (UnsupportedFormatException e)
        {
            context.Findings.Damage(e.Key.Value, FailureKind.Unsupported, e.Message);
        }
        catch (NoRepositoryException e)
        {
            context.Findings.Damage(ObjectNames.Descriptor.Value, kind: null, e.Message);
        }
    }
}

using Cairn.Storage.Disks;

namespace Cairn.Storage.Local;

/// <summary>Finds and removes the temporary files of writers that were killed.</summary>
static class LocalLeftovers
{
    /// <summary>Everywhere below a directory, however young; a directory that is not there has none.</summary>
    public static void Remove(string directory, IDiskOperations disk)
    {
        var (leftovers, below) = (new List<string>(), new List<string>());
        try
        {
            disk.ReadDirectory(directory, name =>
            {
                var path = $"{directory}/{name.Name}";
                if (TemporaryNames.IsOne(name.Name))
                    leftovers.Add(path);
                else if (name.Kind is DiskKind.Directory or DiskKind.Unknown)
                    below.Add(path);
            });
        }
        catch (DiskException e) when (e.Code is Errno.NoEntry or Errno.NotDirectory)
        {
            return;
        }
        foreach (var path in leftovers)
            disk.Unlink(path);
        foreach (var path in below)
            Remove(path, disk);
    }
}

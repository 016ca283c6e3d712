using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>
/// An index object, opened: the tables it holds, and the index objects that it contains as they lie in the store. So
/// their own signers go on to vouch for what these say, whoever put them together.
/// </summary>
sealed class IndexObject
{
    /// <summary>Objects in objects; prune makes two levels, and more in a repository of decades.</summary>
    public const int DepthMax = 8;

    IndexObject(ObjectKey key, PackTable[] tables, IndexObject[] contained)
    {
        (Key, Tables, Contained) = (key, tables, contained);
        Depth = contained.Length == 0 ? 0 : 1 + contained.Max(inner => inner.Depth);
    }

    public ObjectKey Key { get; }

    /// <summary>Its own, without those of objects in it.</summary>
    public PackTable[] Tables { get; }
    public IReadOnlyList<IndexObject> Contained { get; }
    public int Depth { get; }

    public IEnumerable<IndexObject> AllContained => Contained.SelectMany(inner => inner.AllContained.Prepend(inner));

    public IEnumerable<PackTable> AllTables => Tables.Concat(Contained.SelectMany(inner => inner.AllTables));

    public static IndexObject Open(Repository repository, DatedName name, ReadOnlyMemory<byte> bytes) =>
        Open(repository, name, bytes, DepthMax);

    /// <summary>
    /// Each contained object under its own name: one that was taken in already is not looked at again. What this object
    /// contains counts as contained only once all of it is in the index.
    /// </summary>
    public void AbsorbInto(BlobIndex index)
    {
        foreach (var inner in Contained)
            inner.AbsorbInto(index);
        index.Absorb(Key, Tables);
        foreach (var inner in Contained)
            index.Absorb(ContainedObjects.Mark(inner.Key, Key), []);
    }

    static IndexObject Open(Repository repository, DatedName name, ReadOnlyMemory<byte> bytes, int depthLeft)
    {
        var opened = IndexEnvelope.Open(ObjectType.Index, bytes.Span, repository.Keys, repository.Signers);
        if (opened.Ulid != name.Ulid)
            throw new FormatViolationException(FailureKind.Name, "its name says another ULID than the object");
        var body = IndexCodec.Decode(opened.Body.Span);
        if (body.Contained.Length > 0 && depthLeft == 0)
            throw new FormatViolationException(FailureKind.Framing, "objects in objects beyond all depth");
        for (var i = 0; i < body.Tables.Length; i++)
        {
            if (body.Tables[i].Authors[0] != opened.Signer)
                body.Tables[i] = body.Tables[i] with { IndexedBy = opened.Signer };
        }
        var contained = Array.ConvertAll(
            body.Contained, stored => Open(repository, IndexCodec.NameOf(stored), stored, depthLeft - 1));
        return new IndexObject(
            ObjectNames.Dated(ObjectNames.Index, name.Ulid, name.Hash), body.Tables, contained);
    }
}

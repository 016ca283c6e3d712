using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;

namespace Cairn.Vectors;

/// <summary>The words that scenarios are written in.</summary>
static class Scenario
{
    public const string Success = Vector.Success;
    public const string Unsupported = "unsupported";
    public const string Framing = "framing";
    public const string Name = "name";
    public const string Authentication = "authentication";
    public const string Signature = "signature";
    public const string Content = "content";
    public const string WrongKey = "wrong key";

    public static readonly string[] Kinds =
        [Success, Unsupported, Framing, Name, Authentication, Signature, Content, WrongKey];

    /// <summary>Bytes without a name: a primitive, a piece, a list.</summary>
    public static Vector Bytes(
        string scenario, string decoder, string expect, string rules, string comment, byte[] bytes,
        string content = "", params (string, string)[] fields) => new()
    {
        Scenario = scenario, Decoder = decoder, Expect = expect, Rules = rules.Split(' '), Comment = comment,
        Object = bytes, Content = content, Fields = fields,
    };

    /// <summary>No bytes: a computation from its inputs.</summary>
    public static Vector Computed(
        string scenario, string decoder, string rules, string comment, string content,
        params (string, string)[] fields) => new()
    {
        Scenario = scenario, Decoder = decoder, Expect = Success, Rules = rules.Split(' '), Comment = comment,
        Content = content, Fields = fields,
    };

    /// <summary>An object of one of the types with ULID and hash in their names.</summary>
    public static Vector Dated(
        string scenario, ObjectType type, string expect, string rules, string comment,
        Func<Kit, EnvelopeMaker> make, string content = "", Func<byte[], byte[]>? after = null)
    {
        var maker = make(new Kit(scenario));
        var isPlain = type is ObjectType.KeySlot or ObjectType.Roster or ObjectType.Epoch;
        var stored = isPlain ? maker.SealPlain() : maker.SealUnderIndexKey();
        stored = after?.Invoke(stored) ?? stored;
        var hash = ObjectWriter.HashOf(stored);
        var name = type == ObjectType.Ledger
            ? ObjectNames.Ledger(maker.Signer.Id, maker.Ulid, hash)
            : ObjectNames.Dated(PrefixOf(type), maker.Ulid, hash);
        return new Vector
        {
            Scenario = scenario, Decoder = DecoderOf(type), Expect = expect, Rules = rules.Split(' '),
                Comment = comment,
            Fields = Kit.World, Name = name.Value, Object = stored, Content = content,
        };
    }

    public static Vector Pack(
        string scenario, string expect, string rules, string comment, Func<Kit, PackMaker> make,
        Func<PackParts, byte[]>? bytes = null, string? released = null)
    {
        var parts = make(new Kit(scenario)).Make();
        var stored = bytes?.Invoke(parts) ?? parts.Bytes;
        return new Vector
        {
            Scenario = scenario, Decoder = "pack", Expect = expect, Rules = rules.Split(' '), Comment = comment,
            Fields = Kit.World, Name = ObjectNames.Pack(ObjectWriter.HashOf(stored)).Value, Object = stored,
            Content = released ?? "",
        };
    }

    public static string DecoderOf(ObjectType type) => type switch
    {
        ObjectType.HostRecord => "host-record",
        ObjectType.KeySlot => "key-slot",
        _ => type.ToString().ToLowerInvariant(),
    };

    static string PrefixOf(ObjectType type) => type switch
    {
        ObjectType.Index => ObjectNames.Index,
        ObjectType.Moves => ObjectNames.Moves,
        ObjectType.Retired => ObjectNames.Retired,
        ObjectType.HostRecord => ObjectNames.Hosts,
        ObjectType.Epoch => ObjectNames.Epochs,
        _ => ObjectNames.Keys,
    };
}

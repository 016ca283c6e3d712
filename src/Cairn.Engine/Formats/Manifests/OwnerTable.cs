using System.Text;
using Cairn.Engine.Entries;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>Owners at the head of a leaf piece, which its entries name by number.</summary>
static class OwnerTable
{
    /// <summary>The smallest owner: two numbers, two empty names.</summary>
    const int BytesMin = 4;

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    public static void Write(PieceWriter writer, IReadOnlyList<Owner> owners)
    {
        writer.Varint((ulong)owners.Count);
        for (var i = 0; i < owners.Count; i++)
        {
            writer.Varint(owners[i].UserId);
            writer.Varint(owners[i].GroupId);
            writer.Bytes(Utf8.GetBytes(owners[i].UserName));
            writer.Bytes(Utf8.GetBytes(owners[i].GroupName));
        }
    }

    public static Owner[] Read(ref PieceReader reader)
    {
        var owners = new Owner[reader.Count(ManifestLimits.Owners, BytesMin, "count of owners")];
        for (var i = 0; i < owners.Length; i++)
        {
            owners[i] = new Owner(
                (uint)reader.Varint(uint.MaxValue, "user id"),
                (uint)reader.Varint(uint.MaxValue, "group id"),
                ReadName(ref reader),
                ReadName(ref reader));
        }
        if (owners.Length > 1 && new HashSet<Owner>(owners).Count != owners.Length)
            PieceReader.Refuse("an owner stands twice in the table");
        return owners;
    }

    static string ReadName(ref PieceReader reader)
    {
        var name = reader.Bytes(ManifestLimits.OwnerNameBytes, "name of an owner");
        if (!System.Text.Unicode.Utf8.IsValid(name))
            PieceReader.Refuse("the name of an owner is not UTF-8");
        return Utf8.GetString(name);
    }
}

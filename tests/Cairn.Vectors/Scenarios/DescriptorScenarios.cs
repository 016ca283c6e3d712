using System.Text;
using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Storage;
using static Cairn.Vectors.Scenario;

namespace Cairn.Vectors.Scenarios;

/// <summary>Section 13.</summary>
static class DescriptorScenarios
{
    static Descriptor Model() => new()
    {
        Id = Kit.Repository, Created = Kit.Now, Admin = Kit.Admin.PublicKey, Restore = Kit.Keys.RestorePublic,
        Chunking = ChunkerParameters.Default, PackBytes = 32 << 20,
    };

    public static string Show(Descriptor descriptor) =>
        $"id {descriptor.Id}\ncreated {Vectors.Show.Time(descriptor.Created)}\nadmin {descriptor.Admin}\n"
        + $"restore {descriptor.Restore}\nchunking {descriptor.Chunking.Minimum} {descriptor.Chunking.Average} "
        + $"{descriptor.Chunking.Maximum}\npacks {descriptor.PackBytes}\n"
        + (descriptor.Lease is { } lease
            ? $"lease {lease.Mode.ToString().ToLowerInvariant()} {lease.Days} {lease.SlackDays}\n"
            : "");

    public static IEnumerable<Vector> All() =>
    [
        Case("valid", Success, "13-form 13-signature", "A valid descriptor.", text => text),
        Leased("lease", Success, "13-lease", "Objects are locked.", "", ""),
        Leased("lease-of-an-unknown-mode", Framing, "13-lease", "There are two modes.", "compliance", "obedience"),
        Leased("lease-without-slack", Framing, "13-lease", "A day is the least.", "\"slack\": 10", "\"slack\": 0"),
        Leased("lease-too-long", Framing, "13-lease", "Longer than stores lock.", "\"days\": 30", "\"days\": 36500"),
        Leased("lease-without-its-feature", Framing, "13-lease", "Who does not know leases would not heed it.",
            "\"requires\": [\"lease\"]", "\"requires\": []"),
        Signed("feature-without-its-lease", Framing, "13-lease", "What is to be heeded is not said.",
            "\"requires\": []", "\"requires\": [\"lease\"]"),
        Signed("format-newer", Unsupported, "6-format 13-newer", "Format 2.", "\"format\": 1", "\"format\": 2"),
        Case("format-newer-and-otherwise", Unsupported, "13-newer", "A newer format may look otherwise.",
            _ => "{\"format\":2,\"else\":[]}"),
        Signed("requires-unknown", Unsupported, "13-requires", "It needs a feature of a newer Cairn.",
            "\"requires\": []", "\"requires\": [\"holograms\"]"),
        Signed("format-zero", Framing, "13-form", "There is no format 0.", "\"format\": 1", "\"format\": 0"),
        Case("members-in-another-order", Framing, "13-form", "id and format change places.",
            text => Swap(text, 2, 3)),
        Case("member-too-many", Framing, "13-form", "A member that the form does not have.",
            text => text.Replace("  \"requires\"", "  \"colour\": \"grey\",\n  \"requires\"")),
        Case("member-missing", Framing, "13-form", "No restore key.",
            text => string.Join('\n', text.Split('\n').Where(line => !line.Contains("restore")))),
        Case("white-space", Framing, "13-form", "Three spaces.", text => text.Replace("  \"id\"", "   \"id\"")),
        Case("line-ends", Framing, "13-form", "Carriage returns.", text => text.Replace("\n", "\r\n")),
        Case("byte-left-over", Framing, "1-canonical 13-form", "An empty line at the end.", text => text + "\n"),
        Case("line-feed-missing", Framing, "13-form", "No line feed at the end.", text => text[..^1]),
        Case("upper-case-hex", Framing, "13-form", "The id in upper case.",
            text => text.Replace(Kit.Repository.ToString(), Kit.Repository.ToString().ToUpperInvariant())),
        Case("not-json", Framing, "13-form", "A bracket is missing.", text => text.Replace("{ \"size\"", "\"size\"")),
        Case("cut-off", Framing, "13-form", "It ends in the middle.", text => text[..100]),
        Signed("chunking-out-of-bounds", Framing, "11-parameters", "The minimum above the average.",
            "\"minimum\": 262144", "\"minimum\": 2621440"),
        Signed("pack-size-out-of-bounds", Framing, "1-limits", "Packs of a terabyte.",
            "\"size\": 33554432", "\"size\": 1099511627776"),
        Case("too-long", Framing, "1-limits", "Longer than a descriptor may be.",
            text => text + new string(' ', 65_536)),
        Case("signature-changed", Signature, "13-signature", "A digit of the signature.", text =>
            text[..^5] + (text[^5] == '0' ? '1' : '0') + text[^4..]),
        Case("changed-after-signing", Signature, "13-signature", "A pack size that was not signed.",
            text => text.Replace("33554432", "16777216")),
        Case("signed-by-another", Signature, "13-signature", "Signed by somebody else than it says.",
            _ => Encoding.ASCII.GetString(Model().Encode(Kit.Stranger))),
        Case("id-of-another-key", Name, "13-id 15-id", "The id is not that of the admin key, though signed so.",
            _ => Encoding.ASCII.GetString((Model() with
            {
                Admin = Kit.Stranger.PublicKey,
            }).Encode(Kit.Stranger))),
    ];

    static Vector Leased(string name, string expect, string rules, string comment, string from, string to) =>
        Signed(name, expect, rules, comment, from, to, Model() with
        {
            Lease = LeasePolicy.Of(ObjectLockMode.Compliance, days: 30),
        });

    static Vector Case(
        string name, string expect, string rules, string comment, Func<string, string> change,
        Descriptor? model = null) => new()
    {
        Scenario = $"descriptor/{name}", Decoder = "descriptor", Expect = expect, Rules = rules.Split(' '),
        Comment = comment, Name = "cairn.json",
        Object = Encoding.ASCII.GetBytes(change(Encoding.ASCII.GetString((model ?? Model()).Encode(Kit.Admin)))),
        Content = expect == Success ? Show(model ?? Model()) : "",
    };

    /// <summary>Changes the text and signs it anew.</summary>
    static Vector Signed(
        string name, string expect, string rules, string comment, string from, string to,
        Descriptor? model = null) => Case(
        name, expect, rules, comment, text =>
        {
            var changed = text[..text.IndexOf("  \"signature\"", StringComparison.Ordinal)];
            changed = from.Length > 0 ? changed.Replace(from, to) : changed;
            var signature = new byte[Signer.SignatureSize];
            Kit.Admin.Sign([.. "cairn/1 descriptor"u8, .. Encoding.ASCII.GetBytes(changed)], signature);
            return $"{changed}  \"signature\": \"{signature.Hex()}\"\n}}\n";
        }, model);

    static string Swap(string text, int first, int second)
    {
        var lines = text.Split('\n');
        (lines[first], lines[second]) = (lines[second], lines[first]);
        return string.Join('\n', lines);
    }
}

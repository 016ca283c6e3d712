using System.Text;

namespace Cairn.Vectors;

/// <summary>vectors/README.md: what the files are, and which rule of the format has which vectors.</summary>
static class Readme
{
    public static string Text(IReadOnlyList<Vector> vectors)
    {
        var text = new StringBuilder(Head.ReplaceLineEndings("\n"));
        text.Append("| rule | words of docs/format.md | vectors |\n|---|---|---|\n");
        foreach (var rule in Rules.All)
        {
            var names = vectors.Where(vector => vector.Rules.Contains(rule.Id)).Select(vector => vector.Scenario).ToArray();
            var shown = rule.WhyNoVector is { } reason ? $"none: {reason}" : string.Join(", ", names.Order(StringComparer.Ordinal));
            text.Append($"| {rule.Id} | {rule.Words.Replace("|", "\\|")} | {shown} |\n");
        }
        return text.ToString();
    }

    const string Head = """
        # Test vectors of the repository format

        Each file shows one scenario of docs/format.md: something to read, the keys to read it with, and what must come of it.
        Whoever writes another reader of the format can run it over all of them. The keys are test keys, made from public
        words; no secret of anybody is among them.

        The files are made by the small programs under `tests/Cairn.Vectors`, always the same bytes:
        `dotnet run --project tests/Cairn.Vectors` writes this folder anew. The tests prove that what is here is what they make,
        and read each file through every entry point of the engine that reads such objects.

        ## A file

        Plain text in UTF-8: lines `key: value`; lines that begin with two spaces belong to the key above them.

        | key | value |
        |---|---|
        | `scenario` | folder and name of the file |
        | `decoder` | what the bytes are to be read as; see below |
        | `expect` | `success`, or the kind of failure of docs/format.md section 16 |
        | `rules` | rules of the table below that it shows |
        | `comment` | what is special about it |
        | `seed` | seed of epoch 0 (domain 0); all keys follow from it (section 4). The reader has no other seed |
        | `host`, `maintainer` | Ed25519 public keys of those that the admin let in; the admin is the one of the seed |
        | `name` | the object's name in the repository |
        | `object` | its length, then its bytes in hex |
        | `content` | of a success: what it holds, in the form below |
        | `released` | of a failure: what a reader may have given out before it; nothing where it is missing |

        Other keys are inputs of their decoder: `level` (of a list or piece, as whoever names it says), `lengths`, `salt`, `text`
        (`\n` is a line feed), `passphrase`, `memory` (KiB), `passes`, `recovery-key`, `domain`, `parameters` (minimum,
        average, maximum), `data` and `length`, `folder`.

        ## Kinds

        | kind | meaning |
        |---|---|
        | `unsupported` | a newer format, suite, codec, kind of record or feature: nothing is wrong |
        | `framing` | not of the form: magic, lengths, order, canonical form, limits |
        | `name` | the bytes are not those of the name, or the name says something else than the object; or it is no name of an object at all |
        | `authentication` | an AEAD tag is wrong, or a sealed box does not open with the right key |
        | `signature` | a signature is wrong, or its signer is not entitled |
        | `content` | a blob, or the content of a pack, is not what its id, length or hash says |
        | `wrong key` | the reader's key is not one that opens it |

        A reader passes a vector if it fails in this kind and has given out exactly what `released` says. Each failing object
        fails for one reason only: what depends on the broken place was signed and sealed anew, so that no other check can
        tell it. Where a newer format or suite is announced, that is told before all else.

        ## Decoders

        | decoder | the bytes are | content |
        |---|---|---|
        | `varint`, `svarint` | one number and nothing else | the number |
        | `padding` | none: `lengths` | n and P(n) |
        | `name` | none: `name` | the parts of the name |
        | `keys`, `blob-id`, `keyed-name`, `one-time-key` | none | what section 4 derives; with `blob-id` the kind and the id |
        | `passphrase`, `recovery-key` | none | secret and public key |
        | `chunking` | none: `data` is zeros, or the bytes of SplitMix64 from that state, each number as 8 bytes little-endian | lengths of the chunks |
        | `chunking-secrets` | none | of section 11; SipHash of `00` `home/ada` `00` `letter` |
        | `descriptor`, `key-slot`, `roster`, `epoch`, `host-record`, `retired`, `moves`, `index`, `ledger`, `snapshot`, `pack` | an object | its fields, one a line |
        | `unlock` | a key slot, to be opened with `recovery-key` | the seeds |
        | `leaf`, `upper`, `extent-list` | the plain content of a blob of section 10 | records, rows, extents |
        | `repository` | none: all objects below `folder` | the snapshot, its entries, its files |

        In contents, texts and names are shown as they are if they are ASCII without spaces, as `hex:` otherwise, and as `-` if
        they are empty. Long contents are shown by their length and SHA-256. Records are shown by the names of records.proto.

        ## Rules


        """;
}

using System.CommandLine;
using Cairn.App.Keys;
using Cairn.App.Text;
using Cairn.Cli.Rendering;
using Cairn.Engine.Crypto;
using Cairn.Engine.Repositories.Keys;

namespace Cairn.Cli.Commands;

static class KeyCommand
{
    // Sealing to other keys cannot be undone in copies that somebody kept.
    const string OldCopies = "whoever kept a copy of the old key and of keys/ can still open what it opened";

    public static Command Create(GlobalOptions global)
    {
        var command = new Command("key", "List and change the keys that open the repository");
        command.Add(CreateList(global));
        command.Add(CreateAdd(global));
        command.Add(CreateRemove(global));
        command.Add(CreatePassphrase(global));
        command.Add(CreateRecovery(global));
        command.Add(CreateRotate(global));
        command.Add(CreateGenerate(global));
        return command;
    }

    static Command CreateList(GlobalOptions global) => Verb(
        global, "list", "List the keys", _ => { }, async (context, request) =>
    {
        var listing = await KeyUseCases.ListAsync(context.Environment, request, context.Cancellation);
        var table = new Table(["ID", "KIND", "LABEL", "CREATED"]);
        foreach (var slot in listing.Keys)
        {
            table.Add(
                slot.Id.ToString()[..8], KindName(slot.Kind), ByteText.Show(ByteText.ToBytes(slot.Label)),
                HumanText.Time(slot.Created));
            WriteEvent(context.Output, "key", slot);
        }
        foreach (var line in table.Lines())
            context.Output.Result(line);
        return ExitCodes.Ok;
    });

    static Command CreateAdd(GlobalOptions global)
    {
        var keys = new KeyOptions("--new-passphrase");
        var label = new Option<string?>("--label")
        {
            Description = "What to call it; readable by whoever can read the repository's files", HelpName = "TEXT",
        };
        var recipient = new Option<string?>("--recipient")
        {
            Description = "Add an X25519 recipient (age1…) instead of a passphrase", HelpName = "RECIPIENT",
        };
        var certificates = new Option<string[]>("--openpgp-recipient")
        {
            Description = "Add an OpenPGP certificate that gpg has; may be repeated, any one opens",
            HelpName = "FINGERPRINT", DefaultValueFactory = _ => [],
        };
        var hidden = new Option<bool>("--hidden") { Description = "Do not say in the repository which certificates" };
        return Verb(global, "add", "Add a passphrase, an X25519 recipient or OpenPGP certificates", command =>
        {
            keys.AddTo(command, withRecoveryKey: false);
            foreach (Option option in new Option[] { label, recipient, certificates, hidden })
                command.Add(option);
        }, async (context, request) =>
        {
            var parsed = context.Parsed;
            request = request with
            {
                NewPassphrase = keys.Passphrase(parsed), Label = parsed.GetValue(label),
                Recipient = parsed.GetValue(recipient), OpenPgpRecipients = parsed.GetValue(certificates) ?? [],
                HidesRecipients = parsed.GetValue(hidden),
            };
            var slot = await KeyUseCases.AddAsync(context.Environment, request, context.Cancellation);
            context.Output.Summary($"added the {What(slot.Kind)} {slot.Id.ToString()[..8]} ({slot.Label})");
            WriteEvent(context.Output, "keyAdded", slot);
            return ExitCodes.Ok;
        });
    }

    static Command CreateRemove(GlobalOptions global)
    {
        var id = new Argument<string>("ID") { Description = "The key's id, or at least 4 digits of it" };
        return Verb(global, "remove", "Remove a key", command => command.Add(id), async (context, request) =>
        {
            request = request with { SlotId = context.Parsed.GetRequiredValue(id) };
            var slot = await KeyUseCases.RemoveAsync(context.Environment, request, context.Cancellation);
            context.Output.Summary(
                $"removed the key {slot.Id.ToString()[..8]} ({ByteText.Show(ByteText.ToBytes(slot.Label))})");
            context.Output.Notice(OldCopies);
            WriteEvent(context.Output, "keyRemoved", slot);
            return ExitCodes.Ok;
        });
    }

    static Command CreatePassphrase(GlobalOptions global)
    {
        var keys = new KeyOptions("--new-passphrase");
        return Verb(
            global, "passphrase", "Change the passphrase", command => keys.AddTo(command, withRecoveryKey: false),
            async (context, request) =>
            {
                request = request with { NewPassphrase = keys.Passphrase(context.Parsed) };
                var slot = await KeyUseCases.ChangePassphraseAsync(context.Environment, request, context.Cancellation);
                context.Output.Summary("changed the passphrase; no data was touched");
                context.Output.Notice(OldCopies);
                WriteEvent(context.Output, "passphraseChanged", slot);
                return ExitCodes.Ok;
            });
    }

    static Command CreateRecovery(GlobalOptions global)
    {
        var file = CommonOptions.RecoveryFile();
        return Verb(
            global, "recovery", "Make a new recovery key in place of the old one", command => command.Add(file),
            async (context, request) =>
            {
                request = request with
                {
                    RecoveryFile = context.Parsed.GetValue(file),
                    ShowRecoveryKey = key => InitCommand.PrintRecoveryKey(context, key),
                };
                if (request.RecoveryFile is null && !InitCommand.CanShowSecrets(context))
                    throw new App.UsageException(
                        "there is no terminal to show the recovery key on",
                        "have it written to a file with --recovery-file FILE");
                await KeyUseCases.ReplaceRecoveryKeyAsync(context.Environment, request, context.Cancellation);
                if (request.RecoveryFile is null)
                    context.Output.Summary("the new recovery key opens the repository, and the old one no longer");
                else
                    context.Output.Summary(
                        $"the new recovery key is in {request.RecoveryFile}: keep it away from this machine");
                context.Output.Notice(OldCopies);
                context.Output.Event("recoveryKeyChanged", writer =>
                    writer.WriteString("recoveryFile", request.RecoveryFile));
                return ExitCodes.Ok;
            });
    }

    static Command CreateRotate(GlobalOptions global) => Verb(
        global, "rotate", "Seal new data to new keys; what is stored stays as it is", _ => { },
        async (context, request) =>
        {
            var epoch = await KeyUseCases.RotateAsync(context.Environment, request, context.Cancellation);
            context.Output.Summary(
                $"new data is sealed to epoch {epoch.Number} from now on; every key of the list opens it too");
            context.Output.Notice("keys that were removed before still open what was stored until now");
            WriteRotated(context.Output, epoch.Number);
            return ExitCodes.Ok;
        });

    static Command CreateGenerate(GlobalOptions global)
    {
        var file = new Argument<string>("FILE") { Description = "New file for the identity, for its owner only" };
        var command = new Command("generate", "Make an X25519 identity, and print the recipient that belongs to it");
        command.Add(file);
        CommandRunner.Handle(command, global, context =>
        {
            var path = context.Parsed.GetRequiredValue(file);
            var recipient = KeyUseCases.Generate(context.Environment, path);
            context.Output.Result(recipient);
            WriteGenerated(context.Output, recipient, path);
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }

    internal static void WriteRotated(Output output, uint epoch) =>
        output.Event("keysRotated", writer => writer.WriteNumber("epoch", epoch));

    internal static void WriteGenerated(Output output, string recipient, string file) =>
        output.Event("keyGenerated", writer =>
        {
            writer.WriteString("recipient", recipient);
            writer.WriteString("file", file);
        });

    static Command Verb(
        GlobalOptions global, string name, string description, Action<Command> declare,
        Func<CommandContext, KeyRequest, Task<int>> body)
    {
        var command = new Command(name, description);
        var keys = new KeyOptions();
        declare(command);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(
            command, global, context => body(context, new KeyRequest { Access = keys.Access(context.Parsed, global) }));
        return command;
    }

    internal static void WriteEvent(Output output, string type, KeySlot slot) => output.Event(type, writer =>
    {
        writer.WriteString("id", slot.Id.ToString());
        writer.WriteString("kind", KindName(slot.Kind));
        writer.WriteString("label", slot.Label);
        writer.WriteTime("created", slot.Created);
        if (slot.Kind == KeySlotKind.X25519)
            writer.WriteString("recipient", AgeKeys.PrintRecipient(slot.Recipient));
    });

    static string What(KeySlotKind kind) => kind switch
    {
        KeySlotKind.X25519 => "recipient",
        KeySlotKind.OpenPgp => "OpenPGP key",
        _ => KindName(kind),
    };

    static string KindName(KeySlotKind kind) => kind switch
    {
        KeySlotKind.Passphrase => "passphrase",
        KeySlotKind.Recovery => "recovery",
        KeySlotKind.X25519 => "x25519",
        _ => "openpgp",
    };
}

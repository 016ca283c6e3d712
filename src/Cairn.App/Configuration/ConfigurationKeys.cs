namespace Cairn.App.Configuration;

enum ConfigurationKind
{
    Text, Path, Location, List, TextOrList, Switch, Choice, Address, Duration, Rules, Compression, Jobs,
}

/// <param name="Choices">For <see cref="ConfigurationKind.Choice"/> alone.</param>
sealed record ConfigurationKey(
    string Name, ConfigurationKind Kind, string Description, params IReadOnlyList<string> Choices);

/// <summary>Every key that <c>config.yaml</c> may have: the reader and the schema both go by this.</summary>
static class ConfigurationKeys
{
    public const string Repository = "repository";
    public const string PassphraseFile = "passphrase-file";
    public const string PassphraseCommand = "passphrase-command";
    public const string IdentityFile = "identity-file";
    public const string OpenPgp = "openpgp";
    public const string Trust = "trust";
    public const string Paths = "paths";
    public const string Jobs = "jobs";
    public const string Exclude = "exclude";
    public const string Tags = "tags";
    public const string LogFile = "log-file";
    public const string LogLevel = "log-level";
    public const string LogJson = "log-json";
    public const string Prices = "prices";
    public const string MetricsFile = "metrics-file";
    public const string Ping = "ping";

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        new(Repository, ConfigurationKind.Location, "Where the repository is: a path or a URL"),
        new(PassphraseFile, ConfigurationKind.Path, "File with the passphrase"),
        new(PassphraseCommand, ConfigurationKind.Text, "Command that prints the passphrase"),
        new(IdentityFile, ConfigurationKind.Path, "File with an X25519 identity that opens the repository"),
        new(OpenPgp, ConfigurationKind.Switch, "Open the repository with an OpenPGP key, through gpg"),
        new(Trust, ConfigurationKind.TextOrList,
            "Deduplicate against what these stored: \"enrolled\", \"own\", or names of hosts"),
        new(Paths, ConfigurationKind.List, "What a backup backs up that names nothing"),
        new(Jobs, ConfigurationKind.Jobs, "What is backed up together, by name: see below"),
        new(Exclude, ConfigurationKind.List, "Patterns of what backups leave out"),
        new(Tags, ConfigurationKind.List, "Labels of every snapshot"),
        new(LogFile, ConfigurationKind.Path, "File that every run appends to"),
        new(LogLevel, ConfigurationKind.Choice, "How much is logged", "error", "warning", "info", "debug"),
        new(LogJson, ConfigurationKind.Switch, "Whether the log has a JSON object a line"),
        new(Prices, ConfigurationKind.Path, "JSON file with the store's prices; \"none\" reckons with no money"),
        new(MetricsFile, ConfigurationKind.Path, "File with metrics of backups for Prometheus' node_exporter"),
        new(Ping, ConfigurationKind.Address, "URL to call when a backup starts (/start), worked, and failed (/fail)"),
    ];

    public static IEnumerable<string> Names => All.Select(key => key.Name);
}

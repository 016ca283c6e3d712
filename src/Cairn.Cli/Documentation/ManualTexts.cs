namespace Cairn.Cli.Documentation;

/// <summary>What the definitions of commands do not say.</summary>
static class ManualTexts
{
    public static void Write(Roff page)
    {
        page.Section("SNAPSHOTS AND PATHS");
        page.Paragraph(
            "SNAPSHOT is latest (the newest of this machine that has PATH), an id or at least 4 digits of one, or "
            + "@TIME (the newest that is not younger). PATH is absolute; a path without a slash is a stream.");
        page.Section("TIMES");
        page.Item("3D2h5m", "That long ago. s, m, h; D is 24 hours, W 7 D, M 30 D, Y 365 D.");
        page.Item("2026-01-31", "The local midnight that begins the day; 2026/01/31, 01/31/2026, 01-31-2026 and "
            + "20260131Z are the same.");
        page.Item("2026-01-31T07:00:00+02:00", "Without a zone, local time; 20260131T070000Z is UTC.");
        page.Item("1769842800", "Seconds since 1970.");
        page.Item("now", "Now.");
        page.Section("PATTERNS");
        page.Paragraph(
            "* is any run without a slash, ** any run, ? one character but a slash, [a-z] and [!a-z] one of a set; "
            + "[*] is a star, a backslash is itself. A pattern that begins with / or ** is for the whole path, every "
            + "other one for names at any depth, as if **/ stood in front. A slash at the end restricts it to "
            + "directories; after ignorecase: upper and lower case are the same.");
        page.Section("RULES");
        page.Paragraph(
            "Options that include or leave out are rules, in the order of the command line; exclude of the "
            + "configuration comes after them. The first that matches decides, with all that lies beneath; what none "
            + "matches is backed up. A directory that is left out, but may have something that an earlier include "
            + "matches, is searched for that. A rule that can never decide is an error. cairn explain PATH with the "
            + "same options says which rule decides.");
        page.Paragraph(
            "Filelists hold a pattern a line, with + and a space, or - and a space, in front; lines that begin with "
            + "# are comments. --files-from lists all that is meant, relative to the source; a directory that is "
            + "listed does not stand for what is in it.");
        page.Section("METRICS AND PINGS");
        page.Paragraph(
            "With metrics-file in the configuration each backup updates a file for the textfile collector of "
            + "Prometheus' node_exporter, by source. With ping each backup calls that address with /start when it "
            + "begins, as it is when it ended with status 0, and with /fail otherwise. Neither ever fails a backup.");
    }

    public static void WriteJobs(Roff page)
    {
        page.Section("JOBS");
        page.Paragraph(
            "A picker prints absolute paths, one a line, or separated by NUL. One that fails, or is not done in time, "
            + "is reported, and the others go on (status 3). A snapshotter writes a stream to the descriptor whose "
            + "number is its argument, and prints a description; in lines ::restore-through:: COMMAND it may print the "
            + "command that takes the content when it is restored (see cairn dump --through). Its stream is named "
            + "after it. One that fails, or writes nothing, is left out (status 3).");
        page.Paragraph(
            "Hooks run through /bin/sh, with CAIRN_JOB; after and on-failure also with CAIRN_RESULT (ok, partial, "
            + "failed) and CAIRN_ERROR. after runs in any case, so it can undo what before did.");
        page.Paragraph(
            "A job stops, and records nothing, if a path is missing; if it is empty, and was not before; if it lies on "
            + "another file system than before, and hardly anything that was in it is there; or if of 100 entries or "
            + "more less than a tenth is left: probably a disk is not mounted. It also stops if this machine has "
            + "forgotten the job's previous snapshot. --rebaseline records what is there.");
    }

    public static void WriteEnd(Roff page)
    {
        page.Section("EXIT STATUS");
        foreach (var (code, meaning) in ExitCodes.Meanings)
            page.Item($"{code}", meaning + ".");
        page.Section("ENVIRONMENT");
        page.Item("CAIRN_REPOSITORY", "Where the repository is, if -r does not say.");
        page.Item("CAIRN_PASSPHRASE", "The passphrase.");
        page.Item("CAIRN_NEW_PASSPHRASE", "A new passphrase, where one is asked for.");
        page.Item("CAIRN_RECOVERY_KEY", "The recovery key, instead of a passphrase.");
        page.Item("CAIRN_FROM_PASSPHRASE", "With --from: the passphrase of that repository.");
        page.Item("CAIRN_FROM_RECOVERY_KEY", "With --from: the recovery key of that repository.");
        page.Item("NO_COLOR", "No colours, whatever the value, unless it is empty.");
        page.Section("FILES");
        page.Item("~/.config/cairn/config.yaml, /etc/cairn/config.yaml", "Configuration; see cairn config paths.");
        page.Item("~/.config/cairn/credentials/", "What this machine backs up with. Keep it from others.");
        page.Item("~/.local/state/cairn/, ~/.cache/cairn/", "Made anew if deleted.");
        page.Section("EXAMPLES");
        page.Example(
            "cairn -r /mnt/backup/cairn init", "cairn -r /mnt/backup/cairn backup ~/Documents",
            "cairn -r /mnt/backup/cairn find '*.odt' --newer 2W",
            "cairn -r /mnt/backup/cairn restore latest:/home/ada/Documents --target restored");
    }
}

using Cairn.Testing;

namespace Cairn.EndToEnd;

/// <summary>
/// The snapshotters in share/snapshotters with real databases: backed up as jobs, destroyed, restored through the
/// command that came with them, compared.
/// </summary>
public sealed class DatabaseRecipeTests
{
    const string Setup = """
        set -euo pipefail
        export CAIRN_PASSPHRASE=right SQLITE_FILE=$PWD/app.db
        mkdir -p "$HOME/.config/cairn" snap.d
        cairn -r store init --recovery-file key -q
        printf 'repository: %s\njobs:\n  db:\n    snapshotters: [%s]\n' "$PWD/store" "$PWD/snap.d" \
            > "$HOME/.config/cairn/config.yaml"
        recipes=$(dirname "$(command -v cairn)")/share/snapshotters

        """;

    [Fact]
    public void A_SQLite_database_in_use_comes_back_through_its_recipe() => Succeed("""
        ln -s "$recipes/sqlite" snap.d/sqlite
        sqlite3 app.db 'PRAGMA journal_mode=WAL; CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)' > /dev/null
        # Somebody holds it open, with pages that are in the log only.
        coproc sqlite3 app.db
        holder=$!
        echo "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO t SELECT i, randomblob(100) FROM n; SELECT 'written';" >&"${COPROC[1]}"
        read -r -u "${COPROC[0]}" said && [ "$said" = written ] && [ -s app.db-wal ]
        sqlite3 app.db .dump > before.sql
        cairn backup -q
        echo "DELETE FROM t WHERE a > 10; DROP TABLE IF EXISTS u; CREATE TABLE u(x);" | sqlite3 app.db
        cairn dump latest:sqlite --through --yes
        sqlite3 app.db .dump > after.sql
        cmp before.sql after.sql && [ "$(grep -c INSERT after.sql)" = 20000 ]
        # Who closes it last removes the log, which must not come between what is below.
        eval "exec ${COPROC[1]}>&-"
        wait "$holder"

        # Into a file that is not there any more.
        rm app.db*
        cairn dump latest:sqlite --through --yes
        sqlite3 app.db 'PRAGMA integrity_check'
        sqlite3 app.db .dump | cmp - before.sql

        # No database, no stream, and no snapshot either.
        rm app.db*
        ! cairn backup 2> complaints
        grep -q 'failed with status 1, so its stream is not stored' complaints && [ ! -e app.db ]
        """);

    [Fact]
    public void A_PostgreSQL_database_comes_back_through_its_recipe() => Succeed("""
        bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
        user=()
        if [ "$(id -u)" = 0 ]; then
            # The server refuses to run as root.
            user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
        fi
        base=$(mktemp -d /tmp/cairn-pg-XXXXXX) && chmod 755 "$base" && mkdir "$base/server"
        if [ "$(id -u)" = 0 ]; then chown 65534:65534 "$base/server"; fi
        cd "$base"
        "${user[@]}" "$bin/initdb" -D server/data -U postgres -A trust -N --locale=C -E UTF8 > initdb.log
        trap '"${user[@]}" "$bin/pg_ctl" -D "$base/server/data" -m immediate stop > /dev/null; rm -rf "$base"' EXIT
        "${user[@]}" "$bin/pg_ctl" -D server/data -w -l server/log -o "-F -h '' -k $base/server" start > pg_ctl.log \
            || { cat server/log; exit 1; }
        cd "$OLDPWD"
        export PGHOST=$base/server PGUSER=postgres
        createdb shop
        psql -q -d shop -c "CREATE TABLE item(id serial PRIMARY KEY, name text NOT NULL, seen date DEFAULT now());
            CREATE INDEX ON item(name);
            INSERT INTO item(name) SELECT 'item ' || i || E' \\303\\244 ''quoted''' FROM generate_series(1, 20000) AS i;
            CREATE VIEW few AS SELECT * FROM item WHERE id < 10;"
        printf '#!/bin/sh\nPGDATABASE=shop exec %s/postgresql "$1"\n' "$recipes" > snap.d/shop
        ln -s "$recipes/postgresql" snap.d/server
        chmod +x snap.d/shop
        # Without the line with a key that is another one in every dump.
        as_sql() { pg_dump -d shop | grep -v "restrict "; }
        as_sql > before.sql
        cairn backup -q

        # Changed, and restored in place.
        psql -q -d shop -c "DELETE FROM item WHERE id % 2 = 0; DROP VIEW few; UPDATE item SET name = 'x'"
        cairn dump latest:shop --through --yes
        as_sql | diff before.sql -

        # Lost, and restored into a new one; then all of the server.
        dropdb shop && createdb shop
        cairn dump latest:shop --through --yes
        as_sql | diff before.sql -
        dropdb shop
        cairn dump latest:server --through --yes
        as_sql | diff before.sql -

        # A damaged dump leaves the database as it was: all or nothing.
        cairn dump latest:shop | head -c 100000 > half.sql
        ! psql -X -q -1 -v ON_ERROR_STOP=1 -d shop < half.sql > /dev/null 2>&1
        as_sql | diff before.sql -

        # A server that does not answer: nothing is recorded.
        ! PGHOST=/nowhere cairn backup 2> complaints
        grep -q 'failed with status 1, so its stream is not stored' complaints
        [ "$(cairn snapshots --json | grep -c '"type":"snapshot"')" = 1 ]
        """);

    static void Succeed(string script)
    {
        using var folder = new TemporaryFolder();
        var home = Directory.CreateDirectory($"{folder.Path}/home").FullName;
        var (output, status) = Shell.Run(Setup + script, folder.Path, home);
        Assert.True(status == 0, $"ended with {status}:\n{output}");
    }
}

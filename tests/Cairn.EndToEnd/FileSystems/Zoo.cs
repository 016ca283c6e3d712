namespace Cairn.EndToEnd.FileSystems;

/// <summary>One of everything that a Unix file system can hold, and what tells two trees of it apart.</summary>
static class Zoo
{
    /// <summary>Run in the directory to be filled, as root.</summary>
    public const string Script = """
        set -e
        : > empty; mkdir empty-dir d; echo one > h1; ln h1 h2; ln h1 d/h3
        echo s > suid; chmod 4755 suid; echo s > sgid; chmod 2755 sgid; mkdir sticky; chmod 1777 sticky
        mkdir sgid-dir; chgrp 777 sgid-dir; chmod 2775 sgid-dir; echo x > sgid-dir/of-the-group
        mkfifo -m 612 fifo; mknod c c 1 3; mknod b b 7 0; ln fifo fifo2
        ln -s nowhere dangling; ln -s dangling chain; ln -s d link-to-dir; ln dangling dangling2
        touch -hd 2001-02-03T04:05:06.789 dangling; chown -h 12:34 chain
        echo 1 > 'name with space'; echo 1 > "quote'\"\\"; echo 1 > $'new\nline'; echo 1 > $'bad\xff\xfe'
        echo l > "$(printf 'n%.0s' {1..255})"
        p=deep; for i in {1..60}; do p=$p/level-of-a-deep-tree-$i; done; mkdir -p $p; echo deep > $p/f
        setfattr -n user.comment -v hello h1; setfattr -n user.empty suid
        setfattr -n user.big -v "$(printf 'v%.0s' {1..3000})" suid
        setfattr -n trusted.t -v 1 d; setfattr -h -n trusted.l -v x chain; setfattr -n trusted.f -v x fifo
        echo acl > acl; setfacl -m u:1234:rw,g:99:r acl
        mkdir acl-dir; setfacl -m u:1:rwx,d:u:1:rwx,d:g:2:rx acl-dir; echo i > acl-dir/inherited
        echo k > acl-dir/without; setfacl -b acl-dir/without
        cp /bin/true cap; setcap cap_net_raw+ep cap; chown 5:6 acl
        truncate -s 1G sparse; printf data | dd of=sparse bs=1 seek=500M conv=notrunc status=none
        truncate -s 300K small-sparse; printf x | dd of=small-sparse bs=1 seek=90000 conv=notrunc status=none
        truncate -s 70M all-hole
        echo u > unknown; chown 987654:876543 unknown; echo no > unreadable; chmod 0 unreadable
        mkdir unreadable-dir; echo in > unreadable-dir/in; chmod 0 unreadable-dir
        touch -d '2020-01-01 00:00:00.123456789' empty; touch -d 1901-12-14 h1
        touch -d 1969-12-31T23:59:59.5Z empty-dir
        echo i > immutable; ln immutable d/immutable2; echo a > append; echo n > nodump
        mkdir fdir; echo in > fdir/in; mkdir fdir/below; echo in > fdir/below/in; ln fdir/in fdir/below/in2
        chattr +d nodump fdir/below; chattr +a append; chattr +i immutable fdir/in fdir/below; chattr +ia fdir
        touch -d '2011-11-11 11:11:11.111111111' .
        """;

    /// <summary>Lets the tree be deleted again.</summary>
    public const string Undo = "chattr -R -f -ia . 2>/dev/null; true";

    /// <summary>
    /// Prints what differs between the trees <c>a</c> and <c>b</c>: nothing, if they are equal in whatever rsync,
    /// getfattr, getfacl, lsattr and stat can tell (but for the extents flag, which no file chooses).
    /// </summary>
    public const string Compare = """
        rsync -aHAXn --delete --itemize-changes --checksum "$a/" "$b/"
        facts() {
          find . -print0 | sort -z | xargs -0 getfattr -h -d -m - 2>/dev/null
          find . ! -type l -print0 | sort -z | xargs -0 getfacl -n 2>/dev/null
          find . \( -type f -o -type d \) -print0 | sort -z | xargs -0 lsattr -d | sed 's/^\([^ ]*\)e/\1-/'
          find . -type d -print0 | sort -z | xargs -0 stat -c '%n %A %a %u:%g %h %y'
          find . ! -type d -print0 | sort -z | xargs -0 stat -c '%n %A %a %u:%g %h %s %b %t:%T %y'
        }
        diff <(cd "$a" && facts) <(cd "$b" && facts)
        """;
}

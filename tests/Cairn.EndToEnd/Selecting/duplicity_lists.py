"""Makes trees and prints what duplicity selects of them: a JSON line in, a JSON line out, texts as Latin-1 bytes."""
import io
import json
import os
import stat
import sys

from duplicity import config, log, path, selection


class Refused(Exception):
    pass


def refuse(text, code, *rest, **more):
    raise Refused(text)


log.setup()
log.setverbosity(log.ERROR)
log.FatalError = refuse
log.Warn = lambda *rest, **more: None


def make(root, entries):
    os.makedirs(root)
    for entry in entries:
        name = root + b"/" + entry["path"].encode("latin-1")
        if entry["kind"] == "directory":
            os.mkdir(name)
        elif entry["kind"] == "link":
            os.symlink(b"..", name)
        elif entry["kind"] == "fifo":
            os.mkfifo(name)
        elif entry["kind"] == "device":
            try:
                os.mknod(name, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
            except PermissionError:
                os.mkfifo(name)
        else:
            with open(name, "wb"):
                pass
            os.utime(name, (entry["time"], entry["time"]))


def text(latin):
    return os.fsdecode(latin.encode("latin-1"))


def names_of(select, root):
    names = [found.name[len(root) + 1:].decode("latin-1") for found in select.set_iter()]
    return [name for name in names if name]


def decided(root, arguments, case):
    """The same with the default that the manual names as a last rule: what no rule decides is included."""
    select = selection.Select(path.Path(root))
    lists = [io.StringIO(text(value)) for option, value in case["rules"] if option.endswith("filelist")]
    select.ParseArgs(arguments, lists)

    def everything(found):
        return 1

    everything.name, everything.exclude = "everything", False
    select.add_selection_func(everything)
    return names_of(select, root)


for line in sys.stdin:
    case = json.loads(line)
    root = case["root"].encode()
    if not os.path.exists(root):
        make(root, case["entries"])
    config.null_separator = False
    arguments = []
    lists = []
    for option, value in case["rules"]:
        if option.endswith("filelist"):
            lists.append(io.StringIO(text(value)))
        arguments.append((option, int(value) if option == "--exclude-older-than" else text(value)))
    try:
        select = selection.Select(path.Path(root))
        select.ParseArgs(arguments, lists)
        answer = {"names": names_of(select, root), "decided": decided(root, arguments, case)}
    except Refused as refused:
        answer = {"refused": str(refused)}
    print(json.dumps(answer), flush=True)

"""How each program is asked for the same thing. Every one keeps its files under the folder that it is given.

A program says what it can do by the methods it has: init, backup, restore, check, prune. Compression is zstd 3 or the
nearest that a program has; encryption is on everywhere.
"""
import os
import shutil

PASSWORD = "bench"


class Program:
    """One program with one repository; `store` is a folder, or the URL of an S3 bucket."""
    name = executable = ""
    peer = True      # The floor is none: it keeps no versions.
    remote = False   # Can put its repository onto S3.

    def __init__(self, folder, s3=None):
        self.folder, self.s3 = folder, s3
        os.makedirs(folder)
        self.store = os.path.join(folder, "store")
        self.environment = dict(
            os.environ, HOME=folder, XDG_CONFIG_HOME=f"{folder}/config", XDG_CACHE_HOME=f"{folder}/cache",
            XDG_STATE_HOME=f"{folder}/state", XDG_DATA_HOME=f"{folder}/data", TMPDIR=folder)
        if s3:
            self.environment.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="testsecret")
            self.environment.pop("AWS_CA_BUNDLE", None)

    @classmethod
    def available(cls):
        return shutil.which(cls.executable) is not None

    def size(self):
        """Bytes in the repository, as the file system allots them to nothing but content; None on S3."""
        if self.s3:
            return None
        return sum(os.lstat(os.path.join(folder, name)).st_size
                   for folder, _, files in os.walk(self.store) for name in files)


class Cairn(Program):
    name, remote = "cairn", True
    # What ./cairn has built, without the script around it: nobody who has installed it waits for one.
    executable = os.path.join(
        os.path.dirname(os.path.realpath(__file__)), "..", "..", "artifacts", "publish", "cairn", "cairn")

    def __init__(self, folder, s3=None):
        super().__init__(folder, s3)
        self.environment["CAIRN_PASSPHRASE"] = PASSWORD
        self.url = f"s3://cairn-{os.path.basename(folder)}?endpoint={s3}" if s3 else self.store

    def _cairn(self, *words):
        return [os.path.realpath(self.executable), "-q", "-r", self.url, *words]

    def init(self):
        return self._cairn("init", "--recovery-file", f"{self.folder}/recovery")

    def backup(self, source):
        return self._cairn("backup", "--name", "bench", source)

    def restore(self, source, target):
        return self._cairn("restore", "latest", "--target", target)

    def check(self):
        return self._cairn("check", "--read-data")

    def prune(self):
        # The newest stays, what only the others need goes.
        return " ".join(self._cairn("forget", "--keep-last", "1", "--max-share", "100%", "--yes")) + " && " \
            + " ".join(self._cairn("prune", "--grace", "0", "--yes"))


class Restic(Program):
    name, executable, remote = "restic", "restic", True

    def __init__(self, folder, s3=None):
        super().__init__(folder, s3)
        self.environment.update(RESTIC_PASSWORD=PASSWORD, RESTIC_PROGRESS_FPS="0.1")
        self.url = f"s3:{s3}/{self.name}-{os.path.basename(folder)}" if s3 else self.store

    def _restic(self, *words):
        return [self.executable, "-q", "-r", self.url, *words]

    def init(self):
        return self._restic("init")

    def backup(self, source):
        return self._restic("backup", source)

    def restore(self, source, target):
        return self._restic("restore", "latest", "--target", target)

    def check(self):
        return self._restic("check", "--read-data")

    def prune(self):
        return self._restic("forget", "--group-by", "host", "--keep-last", "1", "--prune")


class ResticNew(Restic):
    name, executable = "restic-new", os.environ.get("RESTIC_NEW", "")

    @classmethod
    def available(cls):
        return bool(cls.executable) and os.access(cls.executable, os.X_OK)


class Borg(Program):
    name = executable = "borg"

    def __init__(self, folder, s3=None):
        super().__init__(folder, s3)
        self.count = 0
        self.environment.update(BORG_PASSPHRASE=PASSWORD, BORG_RELOCATED_REPO_ACCESS_IS_OK="yes",
                                BORG_BASE_DIR=folder)

    def init(self):
        return ["borg", "init", "-e", "repokey-blake2", self.store]

    def backup(self, source):
        self.count += 1
        return ["borg", "create", "-C", "zstd,3", f"{self.store}::{self.count}", source]

    def restore(self, source, target):
        os.makedirs(target)
        return f"cd {target} && borg extract {self.store}::{self.count}"

    def check(self):
        return ["borg", "check", "--verify-data", self.store]

    def prune(self):
        return f"borg prune --keep-last 1 {self.store} && borg compact {self.store}"


class Duplicity(Program):
    name = executable = "duplicity"

    def __init__(self, folder, s3=None):
        super().__init__(folder, s3)
        self.environment["PASSPHRASE"] = PASSWORD

    def _duplicity(self, *words):
        return ["duplicity", "--archive-dir", f"{self.folder}/archive", "--allow-source-mismatch", *words]

    def init(self):
        return ["mkdir", self.store]

    def backup(self, source):
        return self._duplicity(source, f"file://{self.store}")

    def restore(self, source, target):
        return self._duplicity("restore", f"file://{self.store}", target)


class RcloneCrypt(Program):
    name, executable, remote = "rclone", "rclone", True

    def __init__(self, folder, s3=None):
        super().__init__(folder, s3)
        inner = f"s:rclone-{os.path.basename(folder)}" if s3 else self.store
        # "bench", as `rclone obscure` writes it; rclone reads its remotes from the environment too.
        self.environment.update(
            RCLONE_CONFIG="/dev/null", RCLONE_CONFIG_C_TYPE="crypt", RCLONE_CONFIG_C_REMOTE=inner,
            RCLONE_CONFIG_C_PASSWORD="JxXv7pnuK72bsR8m4xSVEcut5iBx",
            RCLONE_CONFIG_S_TYPE="s3", RCLONE_CONFIG_S_PROVIDER="Ceph", RCLONE_CONFIG_S_ENDPOINT=s3 or "",
            RCLONE_CONFIG_S_ACCESS_KEY_ID="test", RCLONE_CONFIG_S_SECRET_ACCESS_KEY="testsecret")

    def init(self):
        return ["true"]

    def backup(self, source):
        return ["rclone", "-q", "--links", "sync", source, "c:"]

    def restore(self, source, target):
        return ["rclone", "-q", "--links", "copy", "c:", target]


class Floor(Program):
    name, executable, peer = "floor", "age", False

    def init(self):
        return f"mkdir {self.store} && age-keygen -o {self.folder}/key 2> /dev/null " \
               f"&& age-keygen -y {self.folder}/key > {self.folder}/recipient"

    def backup(self, source):
        return f"tar -C / -c {source.lstrip('/')} | zstd -3 -T0 -q | age -R {self.folder}/recipient > {self.store}/tar"

    def restore(self, source, target):
        os.makedirs(target)
        return f"age -d -i {self.folder}/key < {self.store}/tar | zstd -d -q | tar -C {target} -x"


ALL = [Cairn, Restic, ResticNew, Borg, Duplicity, RcloneCrypt, Floor]

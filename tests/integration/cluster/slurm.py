"""A Slurm of the test's own: controller, node and munge on 127.0.0.1, in a
directory that goes with the test."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time

import harness

PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "scontrol", "squeue",
            "sacct")

CONFIG = """\
ClusterName=flags
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
AuthType=auth/munge
AuthInfo=socket={home}/munge.socket,cred_expire=5
CredType=cred/munge
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={home}/state
SlurmdSpoolDir={home}/spool
SlurmctldPidFile={home}/slurmctld.pid
SlurmdPidFile={home}/slurmd.pid
SlurmctldLogFile={home}/slurmctld.log
SlurmdLogFile={home}/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
JobRequeue=1
KillWait=5
MinJobAge=3600
ReturnToService=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=16 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """Why there can be no Slurm here; None: nothing is in the way."""
    for program in PROGRAMS[:-1]:
        if not shutil.which(program, path=search_path()):
            return f"{program} is not installed"
    if os.getuid() != 0:
        return "a Slurm of the test's own needs root here"
    return None


def search_path():
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def version():
    text = subprocess.run(["slurmctld", "-V"], capture_output=True, text=True,
                          env={**os.environ, "PATH": search_path()}).stdout
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


class Slurm:
    def __init__(self, home):
        self.home = home
        self.daemons = []
        home.mkdir()
        for name in ("state", "spool"):
            (home / name).mkdir()
        (home / "munge.key").write_bytes(os.urandom(1024))
        (home / "munge.key").chmod(0o400)
        self.host = socket.gethostname().split(".")[0]
        (home / "slurm.conf").write_text(CONFIG.format(
            host=self.host, home=home, user="root", controller=free_port(),
            node=free_port()))
        # Where there are no control groups, as in a changed root. Older ones
        # do without, and do not know the word.
        if version() >= (23, 11):
            (home / "cgroup.conf").write_text("CgroupPlugin=disabled\n")
        self.env = {**os.environ, "SLURM_CONF": str(home / "slurm.conf"),
                    "PATH": search_path(), "LC_ALL": "C.UTF-8"}

    def daemon(self, *command):
        log = open(self.home / f"{command[0]}.out", "wb")
        self.daemons.append(subprocess.Popen(
            command, env=self.env, cwd=self.home, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True,
            preexec_fn=lambda: harness.die_with_parent(signal.SIGTERM)))
        log.close()

    def start(self):
        """None, or why it does not start."""
        home = self.home
        self.daemon("munged", "--foreground", "--force",
                    f"--key-file={home}/munge.key",
                    f"--socket={home}/munge.socket",
                    f"--pid-file={home}/munged.pid",
                    f"--log-file={home}/munged.log",
                    f"--seed-file={home}/munge.seed")
        if not self.wait(lambda: (home / "munge.socket").exists()):
            return "munged does not start: " + self.words("munged")
        self.daemon("slurmctld", "-D", "-f", str(home / "slurm.conf"))
        if not self.wait(lambda: self.run("scontrol", "ping")[0] == 0):
            return "slurmctld does not start: " + self.words("slurmctld")
        self.daemon("slurmd", "-D", "-f", str(home / "slurm.conf"), "-N",
                    self.host)
        if not self.wait(lambda: "idle" in self.run("sinfo", "-h")[1]):
            return "slurmd does not start: " + self.words("slurmd")
        return None

    def words(self, name):
        text = ""
        for path in (self.home / f"{name}.out", self.home / f"{name}.log"):
            if path.exists():
                text += path.read_text(errors="replace")
        return " | ".join(text[-500:].splitlines())

    def wait(self, condition, seconds=30):
        end = time.monotonic() + harness.limit(seconds)
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(.1)
        return True

    def run(self, *command, env=None):
        run = subprocess.run(command, env={**self.env, **(env or {})},
                             cwd=self.home, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True,
                             timeout=harness.limit(60))
        return run.returncode, run.stdout + run.stderr

    def submit(self, *arguments, env=None):
        """The number of the job."""
        status, text = self.run("sbatch", "--parsable",
                                f"--output={self.home}/job-%A_%a.out",
                                *map(str, arguments), env=env)
        assert status == 0, text
        return text.strip().split(";")[0]

    def left(self):
        """The tasks that are not done, as their states."""
        return self.run("squeue", "-h", "-r", "-o", "%i %T")[1].splitlines()

    def stop(self):
        for daemon in reversed(self.daemons):
            for number in (signal.SIGTERM, signal.SIGKILL):
                if daemon.poll() is None:
                    try:
                        os.killpg(daemon.pid, number)
                        daemon.wait(harness.limit(10))
                    except (ProcessLookupError, subprocess.TimeoutExpired):
                        pass

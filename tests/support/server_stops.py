#!/usr/bin/env python3
"""Starts with_postgresql or with_mariadb and ends it in every way: the server and its folder have to be gone.

usage: server_stops.py WITH_POSTGRESQL|WITH_MARIADB
"""

import os
import signal
import subprocess
import sys
import time

# Says where the server is, then goes on for longer than anybody waits. The tests themselves may run beside a server of
# the other kind: each script is asked for its own.
COMMAND = ["sh", "-c", 'echo "$%s"; exec sleep 300' % {
    "with_postgresql": "KIN_TEST_POSTGRESQL",
    "with_mariadb": "KIN_TEST_MARIADB",
}[os.path.basename(sys.argv[1])]]


def children(pid):
    """All that a process has started, and what that has."""
    found = []
    for each in subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], stdout=subprocess.PIPE).stdout.split():
        found += [int(each)] + children(int(each))
    return found


def end_of_command(process):
    """Ends the command, which is sleep as soon as it has said where the server is."""
    while True:
        for each in children(process.pid):
            try:
                with open(f"/proc/{each}/comm") as name:
                    if name.read() == "sleep\n":
                        return os.kill(each, signal.SIGTERM)
            except (FileNotFoundError, ProcessLookupError):
                pass  # it ended meanwhile


def running(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def ends(how, script):
    process = subprocess.Popen([script] + COMMAND, stdout=subprocess.PIPE, text=True, start_new_session=True)
    url = process.stdout.readline()
    folder = url.strip().partition("host=")[2] or os.path.dirname(url.strip().partition("socket=")[2])
    if not os.path.isdir(folder):
        raise SystemExit(f"no server: {url}")
    told = [os.path.join(folder, *name) for name in (["data", "postmaster.pid"], ["pid"])]
    with open(next(filter(os.path.exists, told))) as file:
        server = int(file.readline())
    started = children(process.pid)
    how(process)
    process.wait()
    until = time.monotonic() + 30
    while running(server) or os.path.exists(folder):
        if time.monotonic() > until:
            return f"server {'runs' if running(server) else 'is gone'}, folder {'is there' if os.path.exists(folder) else 'is gone'}"
        time.sleep(0.02)
    for each in started:  # the command itself may have outlived who was killed
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return None


def main():
    failed = False
    for name, how in {
        "SIGKILL": lambda p: p.kill(),
        "SIGTERM": lambda p: os.killpg(p.pid, signal.SIGTERM),
        "Ctrl-C": lambda p: os.killpg(p.pid, signal.SIGINT),
        "the command's end": end_of_command,
    }.items():
        problem = ends(how, sys.argv[1])
        print(f"{name}: {problem or 'all gone'}")
        failed = failed or problem is not None
    return 1 if failed else 0


sys.exit(main())

"""`pollbook` as processes that are forked from one that has imported it: each starts at once, and is else the same.

`python tests/preloaded.py FOLDER` listens there until it is ended. `FOLDER/pollbook`, put first on the path, is a
client that hands over its words, folder, environment and the three standard files, and waits for the exit code.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
from functools import cache
from pathlib import Path

import typer

ROOT = Path(__file__).resolve().parent.parent
SOCKET = "socket"
READY = "ready"
LENGTH_BYTES = 4
CLIENT = """#!{python} -IS
import json, os, socket, sys
call = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
server = socket.socket(socket.AF_UNIX)
server.connect({socket!r})
socket.send_fds(server, [len(call).to_bytes(4, "big")], [0, 1, 2])
server.sendall(call)
os._exit(server.recv(1)[0])
"""


def load() -> None:
    """Import all that the program could import on its way, but for the stand-alone verifier and optional packages."""
    for package in ("ledger", "projections", "cli"):
        for found in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if "postgres" not in found.name and "publish.verify" not in found.name and "plot" not in found.name:
                importlib.import_module(found.name)
    typer.main.get_command = cache(typer.main.get_command)  # as much work as all the rest of a small command
    typer.main.get_command(importlib.import_module("cli.main").app)
    gc.freeze()  # what is there by now is shared with every child, and stays


def run() -> None:
    """Be the program, and end as it does; but what was imported is not taken down piece by piece."""
    try:
        importlib.import_module("cli.main").main()
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        code = end.code or 0
    else:
        code = 0
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def serve(folder: Path) -> None:
    """Answer one call after another, each in a child; returns only in the process that is to be the program."""
    client = folder / "pollbook"
    client.write_text(CLIENT.format(python=sys.executable, socket=str(folder / SOCKET)), "utf-8")
    client.chmod(0o700)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / SOCKET))
        server.listen()
        print(READY, flush=True)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how the children end
        while True:
            call, _ = server.accept()
            with call:
                if os.fork() == 0:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    server.close()
                    return answer(call)


def answer(call: socket.socket) -> None:
    """Start the program, wait for it, and tell its exit code; returns only in the program's process."""
    size, files, *_ = socket.recv_fds(call, LENGTH_BYTES, 3)
    text = b""
    while len(text) < int.from_bytes(size, "big"):
        text += call.recv(1 << 16)
    words, folder, environment = json.loads(text)
    program = os.fork()
    if program:
        for file in (*files, 0, 1, 2):
            os.close(file)  # else whoever reads what the program prints never comes to an end
        code = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
        call.sendall(bytes([code if code >= 0 else 128 - code]))
        os._exit(0)
    call.close()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    load()
    serve(Path(sys.argv[1]))
    run()

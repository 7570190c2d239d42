"""Serve the pages, do the work of the timetable (own room: part of the command)."""

import argparse
import errno
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, connections

from caisse.site import practice, starting
from caisse.site.command.arguments import port
from caisse.site.command.locking import only_one
from caisse.site.command.verbs import BUSY, FAILED, OK, verb
from caisse.site.command.words import complain, count, say, tell

THREADS = 64  # requests at a time: payments that wait together cost less each (decision 0016)
MOST_PROCESSES = 8  # they share the threads: PostgreSQL has a hundred connections
HERE = ("127.0.0.1", "0.0.0.0", "::1", "::")


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=port, default=8000)
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help=say("l’adresse où écouter", "the address to listen at"),
    )
    parser.add_argument(
        "--processes",
        type=int,
        default=1,
        choices=range(1, MOST_PROCESSES + 1),
        metavar="N",
        help=say(
            "combien de processus répondent, sur PostgreSQL : un par cœur de la machine",
            "how many processes answer, on PostgreSQL: one for each core of the machine",
        ),
    )


@verb("serve", "Servir la caisse et faire son travail", "Serve the caisse and do its work", _serve)
def serve(arguments: argparse.Namespace) -> int:
    """Pages, the group-commit writer, the worker. Opens nothing on a doubtful base."""
    starting.prepare()
    problems = starting.problems()
    for problem in problems:
        complain(problem)
    if problems:
        return FAILED
    if arguments.processes > 1 and (connection.vendor == "sqlite" or practice.cast()):
        complain(
            say(
                "Plusieurs processus demandent PostgreSQL, et une vraie caisse : ici, un seul.",
                "Several processes need PostgreSQL, and a real caisse: here, one only.",
            )
        )
        return FAILED
    if not _free(arguments.host, arguments.port):
        complain(
            say(
                f"Le port {arguments.port} est déjà pris : choisissez-en un autre avec --port.",
                f"Port {arguments.port} is already in use: choose another one with --port.",
            )
        )
        return BUSY
    with only_one():
        os.environ["CAISSE_SERVES"] = "1"
        settings.STATIC_ROOT.mkdir(exist_ok=True)  # the pages warn when it is missing
        connections.close_all()  # the process that serves is a fork: it opens its own
        host = "localhost" if arguments.host in HERE else arguments.host
        address = f"http://{host}:{arguments.port}/"
        tell(f"La caisse répond sur {address}", f"The caisse answers at {address}")
        _tell_the_door(address)
        sys.stdout.flush()
        _answer(arguments.host, arguments.port, arguments.processes)
    return OK


def _tell_the_door(address: str) -> None:
    """Where one comes in; in a demo and in a copy to learn on, that a click is enough."""
    if practice.cast():
        tell(
            f"Pour entrer comme membre, lieu, bureau ou financeur, d’un clic : {address}entrer",
            f"To come in as a member, a place, the office or a funder, by a click: {address}entrer",
        )
    else:
        tell(f"On entre par {address}entrer", f"One comes in by {address}entrer")


def _answer(host: str, port: int, processes: int) -> None:
    """Serve until a signal ends it."""
    # imported here: the other verbs need no server
    from granian.constants import Interfaces
    from granian.server import Server

    Server(
        "caisse.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        respawn_failed_workers=processes > 1,  # one that falls leaves the others at work
        blocking_threads=THREADS // processes,
        workers_kill_timeout=5,
        log_access=False,
        log_level="error",  # type: ignore[arg-type]
    ).serve(target_loader=_application, wrap_loader=False)


def _application() -> Callable[..., Any]:
    """The pages, in the process that serves; granian looks for a name in the current folder."""
    from caisse.site.wsgi import application

    return application


def _free(host: str, port: int) -> bool:
    """Nobody listens there yet."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True


@verb("work", "Faire une fois le travail qui attend", "Do the waiting work once")
def work(arguments: argparse.Namespace) -> int:
    """For a timer of the machine: the timetable's entries that are due, and the reactions."""
    # it brings every reaction with it
    from caisse.site import working

    done = working.turn()
    for key in done:
        print(key)
    print(count(len(done), "tâche faite|tâches faites", "job done|jobs done") + ".")
    return OK

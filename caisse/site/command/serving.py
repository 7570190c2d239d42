"""Serve the pages, do the work of the timetable (own room: part of the command)."""

import argparse
import errno
import os
import signal
import socket
import sys
from types import FrameType

from django.conf import settings
from django.db import connection, connections

from caisse.site import practice, starting
from caisse.site.command.arguments import port
from caisse.site.command.locking import only_one
from caisse.site.command.verbs import BUSY, FAILED, OK, verb
from caisse.site.command.words import complain, count, say, tell

MOST_PROCESSES = 8  # they share the threads: PostgreSQL has a hundred connections
GRACE_S = 5  # for what is under way when the server is to end
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
            "combien de processus répondent, sur PostgreSQL, si la machine a plus de deux cœurs",
            "how many processes answer, on PostgreSQL, where the machine has more than two cores",
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
    listener = _listening(arguments.host, arguments.port)
    if listener is None:
        complain(
            say(
                f"Le port {arguments.port} est déjà pris : choisissez-en un autre avec --port.",
                f"Port {arguments.port} is already in use: choose another one with --port.",
            )
        )
        return BUSY
    with listener, only_one():
        os.environ["CAISSE_SERVES"] = str(arguments.processes)
        settings.STATIC_ROOT.mkdir(exist_ok=True)  # the pages warn when it is missing
        connections.close_all()  # those that serve open their own
        host = "localhost" if arguments.host in HERE else arguments.host
        address = f"http://{host}:{arguments.port}/"
        tell(f"La caisse répond sur {address}", f"The caisse answers at {address}")
        _tell_the_door(address)
        sys.stdout.flush()
        _answer(listener, arguments.processes)
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


def _answer(listener: socket.socket, processes: int) -> None:
    """Serve until a signal ends it."""
    # imported here: the other verbs need no server
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    config = uvicorn.Config(
        "caisse.site.asgi:application",
        workers=processes,
        loop="asyncio",
        http="httptools",
        ws="none",
        lifespan="off",
        interface="asgi3",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="error",
        timeout_graceful_shutdown=GRACE_S,
    )
    if processes > 1:  # one that falls is replaced, the others stay at work
        Multiprocess(config, sockets=[listener]).run()
        return
    # The server ends what is under way, then the signal comes again, and the writer ends as well.
    signal.signal(signal.SIGTERM, _end)
    uvicorn.Server(config).run(sockets=[listener])


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(OK)


def _listening(host: str, port: int) -> socket.socket | None:
    """A socket at this address, that loses no time with short answers; None: it is taken."""
    family, kind, protocol, _name, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        return None
    return listener


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

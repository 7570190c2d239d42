"""Money code: whole cents, pure rules, one mover, one clock, causes without names."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import File, Tree, rule

MONEY_ROOMS = {"rules", "models", "queries", "writer", "operations"}
WITHOUT_MONEY = {"site", "demo"}
SECONDS = re.compile(r"(_s|_S|timeout|seconds)$|^sleep$|^wait$")
# the standard library, and what a rule may know of the house
IMPURE = {"datetime.now", "date.today", "open", "input", "print", "exec", "eval", "hash"}
IMPURE_MODULES = {"random", "secrets", "time", "os", "sys", "pathlib", "io", "socket", "subprocess"}
IMPURE_MODULES |= {"threading", "logging", "urllib", "http", "sqlite3", "psycopg", "django", "uuid"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
CLOCKS |= {"time.time_ns", "timezone.now", "timezone.localdate", "timezone.localtime"}
JOINING = "caisse/people/operations.py"
PERSONAL = {"first_name", "last_name", "full_name", "person", "email", "phone", "address", "iban"}
PERSONAL |= {"pin", "password", "birth", "birthdate", "births", "income_cents", "situation"}


@rule(
    {"caisse/month/rules.py": "half = cents / 2\n"},
    {"caisse/kernel/cents.py": "rate = 0.5\n"},
    {"caisse/ledger/operations.py": "total = float(cents)\n"},
    {"caisse/accounting/queries.py": "mean = np.mean(cents)\n"},
    {"caisse/month/operations.py": "total /= 2\n"},
    fine={
        "caisse/ledger/operations.py": "WAIT_S = 30.0\nlock.wait(timeout=0.5)\n"
        "path = HOME / 'anchors.jsonl'\n",
        "caisse/site/charts.py": "middle = width / 2\n",
        "caisse/kernel/cents.py": "euros = cents // 100\n",
    },
)
def whole_cents(tree: Tree) -> Iterator[str]:
    """No float and no division in money code: cents are whole (`share` and `split` divide)."""
    for file in filter(_counts_money, tree.code()):
        seconds = _seconds(file.module)
        for node in ast.walk(file.module):
            if (said := _fraction(node)) and id(node) not in seconds:
                yield file.at(node, said)


@rule(
    {"caisse/month/rules.py": "import random\n"},
    {"caisse/month/rules.py": "from django.db import models\n"},
    {"caisse/month/rules/levy.py": "from caisse.kernel import clock\n"},
    {"caisse/month/rules.py": "from caisse.month.models import Plan\n"},
    {"caisse/month/rules.py": "from caisse.people.queries import roll\n"},
    {"caisse/month/rules.py": "today = date.today()\n"},
    {"caisse/month/rules.py": "from caisse.people import queries\n"},
    fine={
        "caisse/month/rules.py": "import re\nfrom datetime import date\nimport numpy as np\n"
        "from caisse.kernel.month import Month\nfrom caisse.bylaws.rules import article\n"
    },
)
def pure_rules(tree: Tree) -> Iterator[str]:
    """rules.py knows arithmetic and articles: no Django, clock, chance, table, file or process."""
    for file in tree.code():
        if file.room != "rules":
            continue
        for node, name in _imports(file.module):
            if not _pure(name):
                yield file.at(node, f"a rule imports {name}")
        for node in ast.walk(file.module):
            if isinstance(node, ast.Call) and _tail(node.func) in IMPURE:
                yield file.at(node, f"a rule calls {ast.unparse(node.func)}")


@rule(
    {"caisse/month/operations.py": "sql = 'INSERT INTO ledger_transfer VALUES (1)'\n"},
    {"caisse/month/operations.py": "sql = f'UPDATE ledger_account SET debits = {x}'\n"},
    {"caisse/month/operations.py": "Transfer.objects.create(cents=1)\n"},
    fine={
        "caisse/ledger/writer.py": "sql = 'INSERT INTO ledger_transfer VALUES (1)'\n",
        "caisse/accounting/queries.py": "sql = 'SELECT sum(cents) FROM ledger_transfer'\n",
        "caisse/month/tests/test_x.py": "sql = 'DELETE FROM ledger_transfer'\n",
    },
)
def one_mover(tree: Tree) -> Iterator[str]:
    """Only the ledger writes its tables."""
    writes = re.compile(
        r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+\"?ledger_", re.IGNORECASE
    )
    models = re.compile(r"\b(Account|Transfer|Tip)\.objects\b")
    for file in tree.code():
        if file.package != "ledger":
            for number, line in enumerate(file.text.split("\n"), 1):
                if writes.search(line) or models.search(line):
                    yield file.at(number, "writes the ledger's tables")


REAL_CLOCK = frozenset(
    {
        "caisse/kernel/clock.py",
        "caisse/kernel/work.py",  # the queue of jobs
        "caisse/kernel/paper.py",  # the date of printing, in a document's properties
        "caisse/payments/operations/invitations.py",  # the code that links a device
        "caisse/payments/queries/devices.py",
        "caisse/people/operations/ways_in.py",  # codes, sessions and factors (ARCHITECTURE 7)
        "caisse/site/adapter.py",
        "caisse/site/middleware.py",
    }
)


@rule(
    {"caisse/month/operations.py": "day = date.today()\n"},
    {"caisse/month/operations.py": "at = timezone.now()\n"},
    {"caisse/month/queries.py": "sql = 'SELECT * FROM t WHERE at < now()'\n"},
    {"caisse/month/queries.py": "sql = 'WHERE at < CURRENT_TIMESTAMP'\n"},
    {"caisse/month/models.py": "at = models.DateTimeField(auto_now_add=True)\n"},
    fine={
        "caisse/kernel/clock.py": "ms = time.time_ns()\n",
        "caisse/month/operations.py": "day = clock.today()\nwait = time.monotonic()\n",
    },
)
def one_clock(tree: Tree) -> Iterator[str]:
    """Only kernel.clock knows the time; SQL's now() stays at today when the caisse travels.

    The queue of jobs lives in the machine's time: a demo that stands still still tries again. So do
    ways in: a caisse that travels must not open a door.
    """
    for file in tree.code():
        if file.path in REAL_CLOCK:
            continue
        for node in ast.walk(file.module):
            if isinstance(node, ast.Call) and _tail(node.func) in CLOCKS:
                yield file.at(node, f"{ast.unparse(node.func)} is not the caisse's time")
            if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
                yield file.at(node.value, f"{node.arg} is not the caisse's time")
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and _sql_clock(node.value)
            ):
                yield file.at(node, "SQL's clock is not the caisse's time")


@rule(
    {JOINING: "events.record('member.joined', subject=1, by=by, last_name=name)\n"},
    {JOINING: "log.info('joined %s', email)\n"},
    {JOINING: "events.record('member.joined', subject=person.last_name, by=by)\n"},
    fine={
        JOINING: "events.record('member.joined', subject=id, by=by, adults=2)\n"
        "log.info('joined %s', membership_id)\n"
    },
)
def nameless_events(tree: Tree) -> Iterator[str]:
    """No name, contact, account number or income in an event or a log line."""
    for file in tree.code():
        for call in [
            *file.calls("record"),
            *(c for n in ("info", "warning", "exception") for c in file.calls(n)),
        ]:
            if ast.unparse(call.func).split(".")[0] not in {
                "events",
                "record",
                "log",
                "logger",
                "logging",
            }:
                continue
            told = {keyword.arg for keyword in call.keywords} | {
                inner.attr if isinstance(inner, ast.Attribute) else getattr(inner, "id", None)
                for inner in ast.walk(call)
            }
            for word in sorted(PERSONAL & {word for word in told if word}):
                yield file.at(call, f"{word} has no place in an event or a log line")


def _counts_money(file: File) -> bool:
    if file.package == "kernel":
        return file.room in {"cents", "one_or_many"}
    return file.room in MONEY_ROOMS and file.package not in WITHOUT_MONEY


def _fraction(node: ast.AST) -> str:
    """What is not whole in this node, or ""."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
        path = isinstance(node, ast.BinOp) and _is_text(node.right)
        return "" if path else "a division"
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return f"a float: {node.value}"
    if isinstance(node, ast.Call) and _tail(node.func) in {
        "float",
        "np.mean",
        "np.average",
        "Decimal",
    }:
        return f"{ast.unparse(node.func)}(…) is no whole number"
    return ""


def _is_text(node: ast.AST) -> bool:
    """Right of a path's slash: a file's name."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _seconds(module: ast.Module) -> set[int]:
    """The nodes that say how long to wait: the one float that money code may hold."""
    found: set[int] = set()
    for node in ast.walk(module):
        value: ast.AST | None = None
        if isinstance(node, ast.keyword) and SECONDS.search(node.arg or ""):
            value = node.value
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if all(SECONDS.search(ast.unparse(target)) for target in targets):
                value = node.value
        elif isinstance(node, ast.Call) and SECONDS.search(_tail(node.func).split(".")[-1]):
            value = node
        elif isinstance(node, ast.arguments):
            pairs = zip(node.args[::-1], node.defaults[::-1], strict=False)
            keyed = zip(node.kwonlyargs, node.kw_defaults, strict=True)
            for arg, default in [*pairs, *keyed]:
                if default is not None and SECONDS.search(arg.arg):
                    found |= {id(inner) for inner in ast.walk(default)}
        if value is not None:
            found |= {id(inner) for inner in ast.walk(value)}
    return found


def _tail(func: ast.AST) -> str:
    """The last two names of what is called: `datetime.datetime.now` is "datetime.now"."""
    return ".".join(ast.unparse(func).split(".")[-2:])


def _imports(module: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def _pure(name: str) -> bool:
    parts = name.split(".")
    if parts[0] in IMPURE_MODULES:
        return False
    if parts[0] != "caisse" or len(parts) < 3:
        return parts[0] != "caisse"
    if parts[1] == "kernel":
        return parts[2] not in {"clock", "events", "models", "work", "fields", "triggers"}
    return parts[2] == "rules"


def _sql_clock(text: str) -> bool:
    return bool(re.search(r"\bCURRENT_(TIMESTAMP|DATE|TIME)\b|\bnow\(\)|datetime\('now'", text))

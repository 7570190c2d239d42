"""Supporting documents, by what they stand behind."""

from dataclasses import dataclass

from caisse.funding.models import Document, DocumentKind
from caisse.kernel.ids import Id, short_id, show_id
from caisse.kernel.pictures import JPEG, PDF

ENDINGS = {PDF: "pdf", JPEG: "jpg"}


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A paper without its content: what it is, who brought it and when (ms)."""

    id: Id
    subject: str
    label: str
    media: str
    added_by: str
    added_at: int
    withdrawn: bool

    @property
    def key(self) -> str:
        """Its id, as an address writes it."""
        return show_id(self.id)

    @property
    def number(self) -> str:
        """The number that people say aloud."""
        return short_id(self.id)


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """The content of a paper, to hand out."""

    media: str
    content: bytes

    @property
    def ending(self) -> str:
        """How a file of it is called."""
        return ENDINGS[self.media]


def documents_of(subject: str) -> list[DocumentRow]:
    """The papers behind an entry, the first brought first, withdrawn ones included."""
    rows = Document.objects.filter(subject=subject).order_by("added_at", "id").defer("content")
    return [_row(row) for row in rows]


def document(document_id: Id) -> DocumentRow | None:
    """One paper, or None."""
    row = Document.objects.filter(pk=document_id).defer("content").first()
    return None if row is None else _row(row)


def document_file(document_id: Id) -> DocumentFile | None:
    """The content of a paper; None when it was withdrawn or never was."""
    row = Document.objects.filter(pk=document_id, withdrawn_at=None).first()
    return None if row is None else DocumentFile(row.media, bytes(row.content))


def all_documents() -> list[Id]:
    """The papers that are there, the first brought first."""
    rows = Document.objects.filter(withdrawn_at=None).order_by("added_at", "id")
    return [Id(bytes(key)) for key in rows.values_list("id", flat=True)]


def document_kinds() -> list[tuple[str, str]]:
    """The kinds of papers with their labels."""
    return list(DocumentKind.choices)


def _row(row: Document) -> DocumentRow:
    return DocumentRow(
        id=Id(bytes(row.id)),
        subject=row.subject,
        label=DocumentKind(row.kind).label,
        media=row.media,
        added_by=row.added_by,
        added_at=row.added_at,
        withdrawn=row.withdrawn_at is not None,
    )

"""Which process parses: this one, or one that can be stopped.

All documents are read through a `DocumentReading`. `HERE` parses in this process, without limits,
which suits a notebook and trusted texts; the command line and the workbench use `shared()` of
`winset.evidence.reading.apart`.
"""

from typing import Protocol

from winset.case.model import Case
from winset.evidence.reading.documents import Text, as_text, parse_document
from winset.evidence.reading.parsing import MODEL, language
from winset.evidence.statements.extract import ExtractedStatement, extract


class DocumentReading(Protocol):
    """What a parser can do. Each method raises WinsetError, with the document's name."""

    def document(self, data: bytes, name: str, *, encoding: str | None = None) -> Text:
        """Return the document that ``data``, the bytes of a file called ``name``, holds."""
        ...

    def text(self, words: str, *, name: str, markdown: bool = False) -> Text:
        """Return ``words`` as a document called ``name``."""
        ...

    def statements(
        self, text: Text, case: Case | None = None, *, model: str = MODEL
    ) -> tuple[ExtractedStatement, ...]:
        """Return the statements in ``text``."""
        ...

    def ready(self, model: str = MODEL) -> None:
        """Raise unless statements can be extracted: spaCy and ``model`` are installed."""
        ...


class LocalReader:
    """Parses in this process."""

    def document(self, data: bytes, name: str, *, encoding: str | None = None) -> Text:
        """Return the document that ``data``, the bytes of a file called ``name``, holds."""
        return parse_document(data, name, encoding=encoding)

    def text(self, words: str, *, name: str, markdown: bool = False) -> Text:
        """Return ``words`` as a document called ``name``."""
        return as_text(words, name=name, markdown=markdown)

    def statements(
        self, text: Text, case: Case | None = None, *, model: str = MODEL
    ) -> tuple[ExtractedStatement, ...]:
        """Return the statements in ``text``."""
        return extract(text, case, model=model)

    def ready(self, model: str = MODEL) -> None:
        """Raise unless statements can be extracted: spaCy and ``model`` are installed."""
        language(model)


HERE: DocumentReading = LocalReader()

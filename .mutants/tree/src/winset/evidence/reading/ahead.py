"""Documents read ahead: each is an independent task, which any process can do.

Taking documents in goes one by one, since each changes the case. Reading them, which takes nearly
all of the time, does not depend on the others: `ReadTask` reads one wherever it is called, and
`ReadAhead` answers with what was read.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from winset.case.model import Case
from winset.errors import WinsetError
from winset.evidence.reading.apart import shared
from winset.evidence.reading.documents import Text, read_bytes
from winset.evidence.reading.parsing import MODEL
from winset.evidence.reading.reader import DocumentReading
from winset.evidence.statements.extract import ExtractedStatement

MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRead:
    """What was read in one document.

    Attributes:
        document: the file as its reader understood it; None for a text that the case keeps.
        words: what the text was made of.
        markdown: whether the words are Markdown.
        text: as statements are anchored in it; None where ``error`` says why.
        statements: found in the text; None where they were not asked for.
        error: why it could not be read.
    """

    document: Text | None = None
    words: str = ""
    markdown: bool = False
    text: Text | None = None
    statements: tuple[ExtractedStatement, ...] | None = None
    error: WinsetError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTask:
    """A document to be read.

    Attributes:
        name: of the file, or of the document.
        path: of the file; None for a text that the case keeps.
        words: of that text.
        markdown: whether they are Markdown.
        encoding: of the file, if it was given.
        rules: whether statements are to be found.
        case: what the rules need to know of it; see `known_of`.
    """

    name: str
    path: Path | None = None
    words: str = ""
    markdown: bool = False
    encoding: str | None = None
    rules: bool = True
    case: Case | None = None

    def __call__(self) -> DocumentRead:
        """Return what the document holds, or why it cannot be read."""
        reading = shared()
        document, words, markdown = None, self.words, self.markdown
        try:
            if self.path is not None:
                data = read_bytes(self.path)
                document = reading.document(data, self.name, encoding=self.encoding)
                words, markdown = document.text, document.reader == MARKDOWN
            text = reading.text(words, name=self.name, markdown=markdown)
            statements = None
            if self.rules:
                statements = reading.statements(text, self.case)
        except WinsetError as error:
            return DocumentRead(error=error)
        return DocumentRead(
            document=document, words=words, markdown=markdown, text=text, statements=statements
        )


def known_of(case: Case) -> Case:
    """Return ``case`` with what the rules need to know of it and nothing else."""
    return Case(
        title=case.title,
        as_of=case.as_of,
        parties=case.parties,
        issues=case.issues,
        actors=case.actors,
    )


class ReadAhead:
    """Answers with what was read; asks ``reading`` where that does not fit.

    Args:
        read: what was read.
        task: what was asked.
        reading: who reads what was not.
    """

    def __init__(self, read: DocumentRead, task: ReadTask, reading: DocumentReading) -> None:
        self._read, self._task, self._reading = read, task, reading

    def document(self, data: bytes, name: str, *, encoding: str | None = None) -> Text:
        """Return the document that ``data``, the bytes of a file called ``name``, holds."""
        if self._read.error is not None:
            raise self._read.error
        if self._read.document is None:
            return self._reading.document(data, name, encoding=encoding)
        return self._read.document

    def text(self, words: str, *, name: str, markdown: bool = False) -> Text:
        """Return ``words`` as a document called ``name``."""
        if self._read.error is not None:
            raise self._read.error
        text = self._read.text
        if text is None or (words, markdown) != (self._read.words, self._read.markdown):
            return self._reading.text(words, name=name, markdown=markdown)
        return replace(text, name=name)

    def statements(
        self, text: Text, case: Case | None = None, *, model: str = MODEL
    ) -> tuple[ExtractedStatement, ...]:
        """Return the statements in ``text``."""
        read = self._read
        same = read.text is not None and replace(read.text, name=text.name) == text
        if read.statements is None or not same or _rules(case) != _rules(self._task.case):
            return self._reading.statements(text, case, model=model)
        return read.statements

    def ready(self, model: str = MODEL) -> None:
        """Raise unless statements can be found: spaCy and ``model`` are installed."""
        self._reading.ready(model)


def _rules(case: Case | None) -> object:
    return None if case is None else (case.actors, case.issues)

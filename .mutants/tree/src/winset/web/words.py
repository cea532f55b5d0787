"""What the workbench answers when it cannot do something, in one place to be read in one go.

Static text stands in the templates, and each view has its own title, explanation and captions.
"""

from winset.errors.installing import install_command

# A case and its rows
NO_CASE = "There is no such case."
NO_PAGE = "There is no such page."
NOT_POSSIBLE = "This address does not take such a request."
SHIPPED = "Cases that come with the package cannot be changed: copy it first."
NAME_NOT_UTF8 = "No address can name this folder, because its name is not UTF-8: rename it."
HEAD_STAYS = "The title, date and summary of a case can be changed but not removed."
ROW_GONE = "This row has been removed since the page was loaded."
ROW_EXISTS = "There is a row with this name already."
ROW_CHANGED = "This row has changed since the page was loaded: choose which version to keep."
OWN_FOLDER_ONLY = "Files can only be written inside the folder of one of your own cases."
CHANGED = (
    "Another program changed the case at the same moment. Its changes are saved and yours are not: "
    "load the page again and repeat yours."
)

# Statements and coding
STATEMENT_GONE = "This statement has been removed since the page was loaded."
STATEMENT_CHANGED = (
    "This statement has changed since the page was loaded: choose which version to keep."
)
TEXT_CHANGED = "This text has changed since the page was loaded: load it again."
TEXT_MISSING = "The text of this document is not stored in the case, only its title and source."
TEXT_EDITED = (
    "This text has been edited since it was added, so statements may point to the wrong words: "
    "`winset reanchor CASE --write` finds the right ones."
)
NUMBERS_CHANGED = "The statements now give other numbers: look at them before you write them."
ONE_CODER = "Agreement needs two coders: ask a second person to code under another name."

# Sealing
PREVIEW_CHANGED = "The forecast has changed since the preview: look at it again."

# The session
ONE_ADDRESS = "This workbench answers only at the address that `winset serve` printed."
NO_SESSION = (
    "Open this page from the address that `winset serve` printed. That address works once: start "
    "the command again for a new one."
)
USED_ADDRESS = (
    "This address has been used already, or `winset serve` did not print it. Start the command "
    "again for a new one."
)
OTHER_SITE = "Only the workbench's own pages can change anything."
NO_PROOF = (
    "This page may no longer change anything, because the browser's storage was cleared. Start "
    "`winset serve` again and use the new address."
)
NOT_JSON = "The body is not JSON."
WRONG_TYPE = "The body must be JSON: send it as application/json."
NOT_A_FORM = "The body must be a form with files: multipart/form-data."
CUT_SHORT = "The request ended before it was complete."


def copied(name: str) -> str:
    """Return what a reader is told once a shipped case has been copied to be changed."""
    return (
        "Cases that come with the package cannot be changed, so this one was copied into your "
        f"folder as “{name}”. Your change is in the copy."
    )


def no_case(place: str, name: str) -> str:
    """Return that ``place`` has no case of this name."""
    return f"There is no case “{name}” {'in your folder' if place == 'own' else 'in the package'}."


def no_document(id: str) -> str:
    """Return that the case has no such document."""
    return f"There is no document “{id}” in this case."


def no_statement(id: str, coder: str) -> str:
    """Return that the coder has no such statement."""
    return f"{coder} has no statement “{id}” in this case."


def no_stance(actor: str, issue: str) -> str:
    """Return that the actor has no stance on the issue."""
    return f"{actor} has no stance on {issue} in this case."


def nothing_to_undo(coder: str) -> str:
    """Return that the coder has decided on nothing."""
    return f"{coder} has not decided on any proposal, so there is nothing to undo."


def too_long(most: int) -> str:
    """Return that a body is longer than ``most`` bytes."""
    return f"One request may hold at most {most:,} bytes."


def folder_taken(name: str) -> str:
    """Return that the folder has something of this name already."""
    return f"Your folder has something called “{name}” already: choose another name."


def single_case(what: str) -> str:
    """Return why a workbench over one case can have no other: ``what`` was to be done with it."""
    return (
        f"This workbench shows a single case, so no other can be {what}: start `winset serve` on "
        "the folder above it."
    )


def coder_busy(error: object) -> str:
    """Return that another program writes under the same name."""
    return f"Another program is coding under this name. {error}."


def only_first(most: int) -> str:
    """Return that a text is cut."""
    return f"Only the first {most:,} characters are shown. Split the document to see the rest."


def no_proposals() -> str:
    """Return why a document was stored without proposed statements."""
    return (
        "The document is stored, but no statements were proposed, because spaCy or its model is "
        f"not installed. Install them with `{install_command('evidence')}` and propose again, or "
        "code by hand."
    )


def no_alpha() -> str:
    """Return what Krippendorff's alpha needs."""
    return f"Alpha needs the package krippendorff: `{install_command('evidence')}` installs it."

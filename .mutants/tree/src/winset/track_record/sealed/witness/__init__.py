"""Witnesses: what others attest about an entry's date, which otherwise is the writer's own word.

A time-stamp authority (RFC 3161) and OpenTimestamps leave a file in ``sealed/witness``, named by
the digest of the entry; a signed git commit or tag stays in its repository. A witness of an entry
also attests every entry before it, since each entry names the one before.
"""

from winset.track_record.sealed.witness.asking import ask, complete, parse_kind
from winset.track_record.sealed.witness.attested import Trust, Witness, existed_by
from winset.track_record.sealed.witness.reading import witnesses_of

__all__ = ["Trust", "Witness", "ask", "complete", "existed_by", "parse_kind", "witnesses_of"]

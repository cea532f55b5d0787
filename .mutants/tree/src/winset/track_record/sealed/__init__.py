"""Sealed forecasts: recorded before the outcome is known, checked and scored afterwards.

A case folder's ``ledger.jsonl`` only grows, and each of its entries names the one before. Beside
it, in ``sealed/``, are copies of the numbers that the forecasts were made from.
"""

from winset.case.appending import repair
from winset.track_record.sealed.records import Ledger, Resolution, Seal, Sealed, read_ledger
from winset.track_record.sealed.resolving import RunningRecord, Score, record, resolve, score
from winset.track_record.sealed.sealing import ForecastToSeal, SealDraft, draft, seal, seal_draft
from winset.track_record.sealed.verifying import Check, Verified, verify

__all__ = [
    "Check",
    "ForecastToSeal",
    "Ledger",
    "Resolution",
    "RunningRecord",
    "Score",
    "Seal",
    "SealDraft",
    "Sealed",
    "Verified",
    "draft",
    "read_ledger",
    "record",
    "repair",
    "resolve",
    "score",
    "seal",
    "seal_draft",
    "verify",
]

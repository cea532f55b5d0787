"""The report: one HTML file that needs no network and says how to make it again."""

from winset.report.page import report_html, write_report

__all__ = ["report_html", "write_report"]

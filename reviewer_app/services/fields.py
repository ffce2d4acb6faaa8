# SPDX-License-Identifier: Apache-2.0
"""The texts of records as the forms call them, and those whose portions bear marks of their own."""

NAMES = {
    ("agreement", "reference"): "Agreement reference",
    ("agreement", "edition"): "Version",
    ("agreement", "signed"): "Signed on",
    ("agreement", "uses"): "Agreed uses",
    ("agreement", "people"): "Agreed people",
    ("agreement", "return_duty"): "Return or destroy",
    ("attachment", "name"): "File name",
    ("case", "number"): "Case number",
    ("dated_fact", "source"): "Source document",
    ("dated_fact", "reason"): "Reason for the change",
    ("determination", "reference"): "Reference of the record",
    ("finding", "product_version"): "Version",
    ("finding", "disclosure"): "Planned disclosure",
    ("memo", "addressee"): "To",
    ("memo", "sender"): "From",
    ("submission", "document"): "Document of the offer",
}
"""By kind and field; every other field is called by its own words."""

PORTIONED = {"note": {"body"}, "memo": {"subject", "body"}, "evaluation_summary": None}
"""Fields in which each paragraph bears its own mark; None for a record that holds what a tool said, in no words of ours."""


def called(kind: str, field: str) -> str:
    """The name that a form gives a field of a record."""
    return NAMES.get((kind, field)) or (
        "Reason" if field == "entered_in_error" else field.replace("_", " ").capitalize()
    )


def is_portioned(kind: str, field: str) -> bool:
    """Whether marks in this text are not measured by the record's marking."""
    fields = PORTIONED.get(kind, set())
    return fields is None or field in fields

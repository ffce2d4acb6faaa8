# SPDX-License-Identifier: Apache-2.0
import json

import pytest

from reviewer_app.domain.evidence import EvaluationSummary
from reviewer_app.errors import AttachmentMissing, EvaluationError, ReaderFailed
from reviewer_app.services import attachments, reading
from reviewer_app.services.reading import Said, Score, Share
from tests.desks import open_desk
from tests.factories import DATA, LOG, incoming, text_file

FILES = DATA / "evaluations"
PDF = FILES / "documents/winobias_scale_final.pdf"
CUT = FILES / "derived_truncated/security-guide_first60pct.eval"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


def attached(desk, case, path):
    return attachments.attach(desk, case, path, incoming()).attachment


def verbs(desk, case):
    return [entry.verb for entry in desk.vault.entries(case)]


def said(value=0.5, n=26, metric="accuracy", settings=None, **counts):
    score = Score(name="includes", metric=metric, value=value, n=n)
    return Said(format="inspect-eval", scores=(score,), settings=settings or {}, counts=counts)


@pytest.mark.parametrize(
    ("log", "share"),
    [
        (said(2 / 26, 26, errored=0), Share(2, 26, 0)),
        (said(9 / 39, 39, errored=1), Share(9, 39, 1)),  # trap 1: the errored sample is in neither
        (said(0.0, 1), Share(0, 1, None)),
        (said(1.0, 3, settings={"epochs": 1}), Share(3, 3, None)),
        (said(0.5, 26, settings={"epochs": 4}), None),  # an average of repeated runs
        (said(0.3811, 585), None),  # partial credit
        (said(0.705, 40, "mean"), None),  # trap 11: an average of score values
        (said(0.5, None), None),
        (said(0.5, 0), None),
        (said(None, 26), None),  # not a number
        (said(1.5, 2), None),
        (Said(format="inspect-eval"), None),  # trap 8: unscored is not zero
    ],
)
def test_a_score_is_a_share_only_where_it_counts_samples(log, share):
    assert reading.share_of(log) == share


@pytest.mark.parametrize(
    ("name", "share"),
    [
        (LOG.relative_to(FILES), Share(2, 26, 0)),
        ("inspect_json/2025-05-12T20-28-13-04-00_popularity.json", Share(2, 3, 0)),
        ("inspect_json/data_cyse2_vuln_exploit_challenges.json", None),
        ("inspect_eval/2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval", None),
    ],
)
def test_what_was_read_when_a_file_came_in_can_be_told_later(desk, case, name, share):
    made = attachments.attach(desk, case, FILES / name, incoming())
    assert reading.share_of(reading.said_of(made.summary)) == share


def test_silence_is_named(desk, case):
    made = attachments.attach(desk, case, LOG, incoming())
    told = reading.silences(reading.said_of(made.summary), made.attachment)
    assert told[0].startswith("Which checkpoint answered: the log names mockllm/model only")
    assert told[1].startswith("Temperature, seed, output token limit")
    tied = made.attachment.model_copy(update={"checkpoint": "0" * 32})
    assert not reading.silences(reading.said_of(made.summary), tied)[0].startswith("Which checkpoint")
    nothing = reading.silences(Said(format="inspect-eval", warnings=("Take care.",)), made.attachment)
    assert "the log does not name a model" in nothing[0]
    assert "Run moment" in nothing[1] and "errored samples" in nothing[1]
    assert nothing[-1] == "Take care."


def test_samples_are_read_on_demand_and_the_look_is_journaled(desk, case):
    log = attached(desk, case, LOG)
    found = reading.open_samples(desk, log)
    assert (len(found.rows), found.more) == (26, False)
    assert verbs(desk, case)[0] == "attachment opened"


def test_a_document_is_opened_once_and_its_pages_turned(desk, case):
    pdf = attached(desk, case, PDF)
    first = reading.open_pages(desk, pdf, 300)
    assert first.count == 1
    assert (first.images[0].number, first.images[0].width) == (0, 300)
    assert reading.page(desk, pdf, 0, 200).images[0].width == 200
    assert verbs(desk, case)[:2] == ["attachment opened", "file attached"]


def test_what_cannot_be_shown_is_not_noted_as_opened(desk, case, tmp_path):
    letter = attached(desk, case, text_file(tmp_path))
    with pytest.raises(EvaluationError):
        reading.open_pages(desk, letter, 300)
    with pytest.raises(EvaluationError):
        reading.open_samples(desk, letter)
    assert verbs(desk, case)[0] == "file attached"


def test_a_made_document_is_shown_without_being_kept(desk, case):
    before = desk.vault.entries()
    assert reading.pages_of(desk, PDF.read_bytes(), [0], 120).images[0].width == 120
    assert desk.vault.entries() == before
    assert "Held" in repr(reading.Held(b"secret")) and "secret" not in repr(reading.Held(b"secret"))


def test_a_log_that_was_not_read_is_read_again(desk, case, monkeypatch):
    def broken(source, name, **_):
        raise ReaderFailed(name=name, reason="it took too long")

    with monkeypatch.context() as patch:
        patch.setattr(desk.reader, "read", broken)
        made = attachments.attach(desk, case, LOG, incoming())
    assert made.summary is None and "it took too long" in made.remark
    summary = reading.read_again(desk, made.attachment)
    assert desk.vault.find(EvaluationSummary, attachment=made.attachment.id) == [summary]
    assert json.loads(summary.said)["task"] == "security_guide_mock"
    assert verbs(desk, case)[0] == "evaluation read"


def test_a_log_that_still_cannot_be_read_says_why_and_changes_nothing(desk, case):
    cut = attached(desk, case, CUT)
    with pytest.raises(EvaluationError, match="cut off"):
        reading.read_again(desk, cut)
    assert verbs(desk, case)[0] == "file attached"
    with pytest.raises(AttachmentMissing):
        reading.read_again(desk, cut.model_copy(update={"id": "0" * 32}))


def test_kinds_are_told_in_words(desk, case, tmp_path):
    letter = attached(desk, case, text_file(tmp_path))
    assert reading.kind_of(letter) == "text"
    assert not reading.is_evaluation(letter)
    assert reading.kind_of(letter.model_copy(update={"detected": "of-tomorrow"})) == "of an unknown kind"

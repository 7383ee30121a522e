"""Twelve invented firms of different trades: rank, what comes first, and the way make sense.

Answers stand by category in the order of the sheet, as `tests.catalogs` reads them; the company
sheet as employees, records, sensitive data, card data, data of others, dependence on IT.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.model.results import Phase
from sheet_diag.text.numbers import format_score
from tests.catalogs import answer_row, built_in_catalogs, present

NEWEST = built_in_catalogs()["2026.2"]
FIELDS = (
    *("employees", "personal_records", "sensitive_data"),
    *("card_data", "entrusted_data", "it_dependence"),
)


class Firm(NamedTuple):
    company: str
    answers: str
    verdict: str  # score, rank, variant of the text
    now: str  # the first three of the plan; those of 最優先 with a star
    way: str  # to the next rank
    insurance: str  # exposure, level, variant


# fmt: off
FIRMS = {
    "metal workshop of 18 that draws for others": Firm(
        "upto_20 upto_1000 staff_only none yes under_tenth",
        "×△××××△×× ×△×○-××△× ×××△×××△△- ○△△××△×××× △△○×△-×△ ×△×△××××××",
        "24.6 E plain", "*CRI-05 *COM-05 *COM-10", "POL-01 HUM-01", "low 2 new",
    ),
    "clinic with 12,000 patients": Firm(
        "upto_20 over_10000 clients outsourced no half_or_more",
        "△○△×××△○× △○×○-○△△× △△○△○-△△○- ○△○○△○△×△○ ○○○○△○○△ △○△○△×△×△×",
        "63.2 C plain", "COM-09 POL-10 HUM-03", "POL-10 HUM-03 HUM-11 COM-09", "high 3 review",
    ),
    "web shop with 100,000 customers whose card numbers pass its site": Firm(
        "upto_50 over_100000 none handled no half_or_more",
        "△△△××△△○× ×○×△△×△×× △×△△△○××△△ ○△△○×△△×△○ △○○△○△△△ ×△×○××××××",
        "41.3 D plain", "*CRI-05 *COM-05 *HUM-01", "HUM-01 COM-05 CRI-01 CRI-05", "high 3 new",
    ),
    "tax accountant who works alone": Firm(
        "upto_5 over_1000 none none yes half_or_more",
        "○○○△-○○○△ ○---○○○△○ ○△○○○○△-○△ ○○○△△○×-○○ △○○○○○△○ △-○○○△△×△△",
        "84.0 B plain", "COM-05 CRI-01 PHY-01", "COM-05 CRI-01", "mid 1 review",
    ),
    "start-up that has everything in the cloud": Firm(
        "upto_20 over_10000 none outsourced yes half_or_more",
        "△○△××○○○○ △○×○△○○△○ △△○○○○△△○○ ○○○○○○○○○○ -△△○○△-○ △○△○△△×○×○",
        "76.3 B plain", "CRI-05 HUM-10 HUM-03", "POL-05 POL-06 HUM-01 HUM-03 HUM-10 CRI-05",
        "high 2 new",
    ),
    "wholesaler where the clerk knows little of the systems": Firm(
        "upto_50 unknown unknown none unknown unknown",
        "△○△????○× ○○×???○○? ?×??????○? ○????????? ○○○○???○ △○????×○??",
        "33.1 D unknown", "*HUM-05 *CRI-05 *COM-02",
        "HUM-05 AST-03 COM-02 COM-03 COM-05 COM-07 COM-10 CRI-05", "mid 3 confirm",
    ),
    "care home of 45": Firm(
        "upto_50 upto_1000 clients none no under_tenth",
        "○△△△××△○× ○○×△-×△×× ×△×△×△×△○△ ○△△△×△×△△△ △○△○×△×○ △○△△××○○××",
        "46.0 D plain", "*CRI-05 *COM-05 *AST-03", "COM-05 CRI-05", "low 2 new",
    ),
    "builder who has begun nothing": Firm(
        "upto_50 upto_1000 staff_only none yes under_tenth",
        "××××××△×× ×××△××××× ×××××○××△× ○△×××××××× ×△△××××△ ×××△××××○×",
        "11.3 E plain", "*CRI-05 *COM-05 *COM-07",
        "POL-03 HUM-01 AST-03 COM-05 COM-07 COM-10 PHY-01 CRI-05", "low 2 review",
    ),
    "retailer with five shops and a point card": Firm(
        "upto_100 over_10000 none outsourced no under_half",
        "○○○△△△○○△ ○○△○○△○○△ △△○△○○△△○△ ○○○○△○△△○△ ○○○△○△○○ ○○○○△△△○○△",
        "80.8 B plain", "CRI-05 AST-04 COM-05", "AST-04 AST-08 COM-05 CRI-05", "mid 1 review",
    ),
    "travel agency that types card numbers": Firm(
        "upto_20 over_10000 none handled yes half_or_more",
        "○○△△×△○○× ○○×○△△○○△ ○△○○○○△○○△ ○○○○○○×△○○ ○○○○○○○○ ○○○○○××△○×",
        "80.5 B plain", "POL-10 HUM-03 CRI-06", "POL-10 HUM-03 CRI-06", "high 2 review",
    ),
    "private school of 80": Firm(
        "upto_100 over_1000 clients outsourced no under_tenth",
        "○○○△△△○○○ △○×△△○△△△ △○△△△△△○○△ ○△△△△△○○△○ ○○○△△△△○ △○○○△×△△○△",
        "68.5 C plain", "HUM-03 HUM-05 CRI-05", "HUM-03", "mid 2 review",
    ),
    "logistics firm of 120 that is audited by its customers": Firm(
        "upto_300 over_1000 staff_only none yes half_or_more",
        "○○○○○○○○○ ○○○○○○○○△ ○○○○○○○△○△ ○○○○○○○△○○ ○○○○○△○○ ○○○○○△△○○△",
        "93.0 A plain", "COM-09 AST-08 HUM-11", "", "mid 1 review",
    ),
}
# fmt: on


@pytest.mark.parametrize("name", FIRMS)
def test_the_verdict_of_an_invented_firm_makes_sense(name: str) -> None:
    firm = FIRMS[name]
    company = dict(zip(FIELDS, firm.company.split(), strict=True))
    got = diagnose(NEWEST, answer_row(NEWEST, firm.answers), company)
    scores, notice = got.scores, present(got.insurance)
    assert scores.overall is not None
    assert f"{format_score(scores.overall)} {scores.rank} {got.text}" == firm.verdict
    first = [each.item for each in got.plan if each.phase is Phase.NOW]
    assert " ".join("*" * (i in got.top_items) + i for i in first) == firm.now
    assert " ".join(got.ways[0].items if got.ways else ()) == firm.way
    assert f"{notice.exposure} {notice.level} {notice.variant}" == firm.insurance
    assert not [each for each in scores.findings if each.code.endswith("CONTRADICTION")]

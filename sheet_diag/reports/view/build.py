"""Makes the report view of a client: all texts as printed, in one language. Pure.

The PDF and the first sheet of the workbook are set from it. Sections are built in the order of
their pages, because terms are explained where a document first uses them.
"""

from __future__ import annotations

from typing import Final

from sheet_diag.model.catalog import Catalog
from sheet_diag.model.report_view import Head, ReportView, SignCell
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.categories import build_categories
from sheet_diag.reports.view.comparisons import build_comparisons
from sheet_diag.reports.view.insurance import build_insurance
from sheet_diag.reports.view.measures import build_measures
from sheet_diag.reports.view.method import build_method, method_heading
from sheet_diag.reports.view.roadmap import build_roadmap
from sheet_diag.reports.view.summary import build_summary
from sheet_diag.reports.view.words import join_apart, printable
from sheet_diag.text.text_metrics import cut_to_width
from sheet_diag.xlsx.rank_colours import rank_colours

_ROADMAP: Final = 4  # number of the first section that may be left out
_HEADER: Final = 24  # full-width characters of a name in a header


def build_view(context: ReportContext) -> ReportView:
    """Build the view; each document needs a context of its own. A held return has none."""
    if context.report.diagnosis.scores.rank is None:
        raise ValueError("a return that a gate holds gets no report")
    has_roadmap = context.catalog.sections.plan or context.catalog.threats is not None
    number = _ROADMAP + has_roadmap
    comparisons = build_comparisons(context, number)
    insurance = number + (comparisons is not None)
    method = insurance + (context.catalog.insurance is not None)
    return ReportView(
        lang=context.say.lang.value,
        created=context.report.as_of.isoformat(),
        author=context.issuer.in_lang(context.say.lang).name,
        subject=_name(context),
        page_of=context.say("view.page_of", page="{page}", pages="{pages}"),
        head=_build_head(context),
        summary=build_summary(context, method_heading(context, method)),
        categories=build_categories(context),
        measures=build_measures(context),
        roadmap=build_roadmap(context),
        comparisons=comparisons,
        insurance=build_insurance(context, insurance),
        method=build_method(context, method),
        rank_colours=_list_rank_colours(context.catalog),
    )


def _list_rank_colours(catalog: Catalog) -> dict[str, tuple[str, str]]:
    """List the colours that the catalogue itself gives to ranks."""
    colours = rank_colours(catalog)
    own = (rule.label for rule in catalog.scoring.ranks if rule.colour)
    return {label: (colours[label].fill, colours[label].on_fill) for label in own}


def _build_head(context: ReportContext) -> Head:
    say, issuer = context.say, context.issuer.in_lang(context.say.lang)
    phone = say("report.phone", phone=issuer.phone) if issuer.phone else ""
    lines = ((issuer.department, issuer.contact), (phone, issuer.email))
    return Head(
        addressee=_address(context),
        company=cut_to_width(_name(context), _HEADER),
        title=say("report.title"),
        confidential=say("report.confidential"),
        day_label=say("view.day"),
        day=context.report_day,
        number_label=say("view.number"),
        number=context.report.number,
        issuer=issuer.name,
        contact=tuple(filter(None, (join_apart(say, line) for line in lines))),
        signs=_build_signs(context),
    )


def _address(context: ReportContext) -> str:
    """Address the client; one without a name is told from others by its file, and not addressed."""
    name = _name(context)
    return context.say("report.addressee", name=name) if context.report.sheet.name else name


def _name(context: ReportContext) -> str:
    """Give the name of the client on one line."""
    return printable(context.addressee).replace("\n", " ")


def _build_signs(context: ReportContext) -> tuple[SignCell, ...]:
    """Build the box for signatures; empty where nobody signs."""
    say, issuer = context.say, context.issuer.in_lang(context.say.lang)
    names = {"author": issuer.author, "reviewer": issuer.reviewer, "approver": issuer.approver}
    if not (issuer.sign or any(names.values())):
        return ()
    return tuple(SignCell(say(f"view.sign.{key}"), name) for key, name in names.items())

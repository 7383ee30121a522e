"""3. 最優先の対策, complete, and the comments on the categories that matter most."""

from __future__ import annotations

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import ChoiceRole, ClosingNote, Item, NoteKind
from sheet_diag.model.record import Text
from sheet_diag.model.report_view import (
    CategoryComment,
    ItemComment,
    KeyMeasure,
    KeyMeasures,
    Measures,
)
from sheet_diag.model.results import CommentedCategory, Phase
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.why import count_key_measures, unknown_sentence
from sheet_diag.reports.view.words import number_key, printable, say_due, say_effort
from sheet_diag.text.numbers import format_score


def build_measures(context: ReportContext) -> Measures:
    """Build the section."""
    say, diagnosis = context.say, context.report.diagnosis
    comments, missed = diagnosis.comments, diagnosis.top_items
    intro = say("report.comments.intro", count=len(comments)) if comments else ""
    return Measures(
        heading=say("report.first.section" if missed else "report.comments.heading"),
        starts_page=not context.cell_values.record.rank.is_best,
        not_known=unknown_sentence(context),
        none="" if missed or comments else _say_none(context),
        key_measures=_build_key_measures(context) if missed else None,
        comments_heading=say("report.comments.subheading") if missed and comments else "",
        comments_intro=intro,
        comments=tuple(
            _build_comment(context, number, each) for number, each in enumerate(comments, 1)
        ),
    )


def _say_none(context: ReportContext) -> str:
    """Say that nothing is commented: all is well, or what is open was not answered."""
    if context.report.diagnosis.plan:
        return context.say("view.comments.none")
    return context.say("report.comments.none")


def _build_key_measures(context: ReportContext) -> KeyMeasures:
    say, missed = context.say, context.report.diagnosis.top_items
    count = len(missed)
    lead = say(
        f"view.measures.lead.{number_key(count)}", of=count_key_measures(context), count=count
    )
    keys = ("view.measures.id", "view.measures.title", "report.first.answer")
    return KeyMeasures(
        heading=say("view.measures.heading"),
        lead=lead,
        heads=(*map(say, keys), say("view.first.due"), say("view.first.effort")),
        rows=tuple(_build_key_measure(context, context.catalog.items[name]) for name in missed),
    )


def _build_key_measure(context: ReportContext, item: Item) -> KeyMeasure:
    lang = context.say.lang
    phases = {each.item: each.phase for each in context.report.diagnosis.plan}
    step = context.explain(item.first_step[lang]) if item.first_step else ""
    reference = _find_reference(context, item)
    text = "" if reference else context.explain(_join(context, _opening(context, item), item))
    return KeyMeasure(
        id=item.id,
        title=item.title[lang],
        answer=printable(context.answer(item.id)),
        due=say_due(context, phases.get(item.id, Phase.LATER)),
        effort=say_effort(context, item.id),
        step=step,
        reference=reference,
        text=text,
    )


def _find_reference(context: ReportContext, item: Item) -> str:
    """Say where the comments on categories explain an item; empty where they do not."""
    for number, comment in enumerate(context.report.diagnosis.comments, 1):
        if item.id in comment.items:
            name = context.category_name(comment.category)
            return context.say("view.measures.reference", number=number, name=name)
    return ""


# --- the comments on categories


def _build_comment(
    context: ReportContext, number: int, comment: CommentedCategory
) -> CategoryComment:
    say, items = context.say, context.catalog.items
    score = context.report.diagnosis.scores.categories[comment.category].score
    note = items[comment.note_of].note if comment.note_of else None
    name = context.category_name(comment.category)
    return CategoryComment(
        band=say("report.comments.category", number=number, name=name),
        score=say("view.comments.score", score=format_score(score)) if score is not None else "",
        items=tuple(_build_item(context, items[item]) for item in comment.items),
        note_label=_label_note(context, note) if note else "",
        note=context.explain(note.text[say.lang]) if note else "",
    )


def _label_note(context: ReportContext, note: ClosingNote) -> str:
    kind = "case" if note.kind is NoteKind.CASE else "advice"
    return context.say(f"report.comments.{kind}")


def _build_item(context: ReportContext, item: Item) -> ItemComment:
    say = context.say
    key = "view.comments.answer.key" if item.critical else "view.comments.answer"
    return ItemComment(
        title=item.title[say.lang],
        answer=say(key, id=item.id, answer=printable(context.answer(item.id))),
        text=context.explain(comment_text(context, item)),
    )


def comment_text(context: ReportContext, item: Item) -> str:
    """Compose the comment on an item: an opening that fits the answer, then the text."""
    opening, choice = _opening(context, item), context.choice(item)
    if opening is None and item.critical and choice and choice.role is ChoiceRole.ANSWERED:
        is_missed = context.catalog.is_missed(item, choice)
        opening = context.catalog.report.key_measure if is_missed else None
    return _join(context, opening, item)


def _opening(context: ReportContext, item: Item) -> Text | None:
    """Find what the item says first of the answer that was given."""
    choice = context.choice(item)
    return item.openings.get(choice.id) if choice else None


def _join(context: ReportContext, opening: Text | None, item: Item) -> str:
    lang = context.say.lang
    before = opening[lang] + ("" if lang is Lang.JA else " ") if opening else ""
    return before + advice_text(context, item)


def advice_text(context: ReportContext, item: Item) -> str:
    """Give the text of the comment: that of the answer, of the item, or a standard sentence."""
    choice, lang = context.choice(item), context.say.lang
    own = (item.advice.get(choice.id) if choice else None) or item.comment.text
    if own:
        return own[lang]
    choices = context.catalog.choices_of(item).values()
    full = context.quote(each.label[lang] for each in choices if each.value == 1)
    parts = {"question": item.question[lang], "full": full}
    if choice is None:
        return context.say("view.advice.unanswered", **parts)
    kind = "unknown" if choice.role is ChoiceRole.UNKNOWN else "answered"
    return context.say(f"view.advice.{kind}", answer=choice.label[lang], **parts)

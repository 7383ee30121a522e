"""The labels of the codes in the portfolio's tables: the same on its sheets and in its files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sheet_diag.diagnosis.scoring.cap_rules import cap_rules
from sheet_diag.model.applicability import NOT_ASKED
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import FollowUp
from sheet_diag.model.results import ReturnStatus
from sheet_diag.text.wording import Wording


@dataclass(frozen=True, slots=True)
class PortfolioLabels:
    """Looks up labels in one language, each by the code that a table holds."""

    catalog: Catalog
    say: Wording

    def client(self, name: str, file: str) -> str:
        """Label a client: by its file where it gave no name."""
        return name or self.say("portfolio.unnamed", file=file)

    def choice(self, field: str, choice: str) -> str:
        """Label a choice of a field; a text that is none, or of no field, stays as it is."""
        known = self.catalog.field_by_id.get(field)
        found = known.by_id.get(choice) if known else None
        return found.label[self.say.lang] if found else choice

    def industry(self, choice: str) -> str:
        """Label an industry; empty where none was given."""
        return self.choice("industry", choice)

    def employees(self, choice: str) -> str:
        """Label a number of employees; empty where none was given."""
        return self.choice("employees", choice)

    def group(self, field: str, choice: str) -> str:
        """Label a group of clients that share a profile choice."""
        return self.choice(field, choice) if choice else self.say("portfolio.groups.blank")

    def category(self, category: str) -> str:
        """Give the short name of a category."""
        return self.catalog.category_by_id[category].short[self.say.lang]

    def item(self, item: str) -> str:
        """Give the topic of an item or the label of a profile field; empty where it is neither."""
        if item in self.catalog.items:
            return self.catalog.items[item].topic[self.say.lang]
        field = self.catalog.field_by_id.get(item)
        return field.label[self.say.lang] if field else ""

    def answers(self, item: str) -> dict[str, str]:
        """Label every choice of an item, by id."""
        choices = self.catalog.choices_of(self.catalog.items[item])
        labels = {choice.id: choice.label[self.say.lang] for choice in choices.values()}
        return labels | {NOT_ASKED: self.say("report.answers.not_asked")}

    @property
    def unanswered(self) -> str:
        """The label of 未回答."""
        return self.say("portfolio.items.unanswered")

    def status(self, status: str) -> str:
        """Label the status of a return."""
        return self.say(f"portfolio.status.{ReturnStatus(status).value}")

    def caps(self, codes: str) -> str:
        """Put the caps of a client in words, from their names in run.json."""
        rules = {rule.code: rule for rule in cap_rules(self.catalog)}
        found = (rules[code] for code in codes.split())
        return self._list(self.say(f"portfolio.cap.{rule.kind}", **rule.figures) for rule in found)

    def ranks(self, several: Sequence[Rank], joined: str = "and") -> str:
        """Name ranks that stand in order, the first and the last of more than two."""
        if len(several) < 2:
            return "".join(several) or self.say("report.none")
        places = several[-1].position - several[0].position + 1
        if 2 < len(several) == places:
            joined = "to"
        elif len(several) > 2:
            return self._list(several)
        return self.say(f"portfolio.ranks.{joined}", first=several[0], last=several[-1])

    def follow_up(self, words: str) -> str:
        """Put the reasons to follow a client up in words."""
        parts = {"ranks": self.ranks(self.catalog.follow_up_ranks, "or")}
        return self._list(self.say(f"portfolio.follow_up.{w}", **parts) for w in words.split())

    def follow_up_codes(
        self, words: str, insurance: int, critical: int, rank: str, base_rank: str
    ) -> str:
        """Put the reasons to follow a client up in short codes; empty where there are none.

        A low rank stands beside them, so it is told only where nothing else tells why.
        """
        reasons = words.split()
        codes = {
            "insurance": FollowUp.INSURANCE in reasons,
            "critical": FollowUp.CRITICAL in reasons,
            "fell": FollowUp.FELL in reasons,
            "base": bool(reasons) and base_rank != rank,
        }
        codes["low_rank"] = FollowUp.LOW_RANK in reasons and not any(codes.values())
        codes["copied"] = FollowUp.COPIED in reasons
        codes["overridden"] = FollowUp.OVERRIDDEN in reasons
        parts = {"level": insurance, "count": critical, "rank": rank, "base": base_rank}
        found = (self.say(f"portfolio.code.{key}", **parts) for key, told in codes.items() if told)
        return self.say("portfolio.code.joint").join(found)

    def _list(self, texts: Iterable[str]) -> str:
        return self.say("portfolio.list.joint").join(texts)

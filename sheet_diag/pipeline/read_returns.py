"""The returns of a folder as frames: read and diagnosed as a run does it, with nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheet_diag.diagnosis.comparison.compare import Comparisons
from sheet_diag.intake.discovery import InputFile
from sheet_diag.model.client_list import ClientList
from sheet_diag.pipeline.execution.workers import ProgressCallback
from sheet_diag.pipeline.publish import PublishContext, require_result
from sheet_diag.pipeline.run import RunConfig, diagnose_files
from sheet_diag.pipeline.tasks import summarize
from sheet_diag.reports.exports import DataTables
from sheet_diag.reports.portfolio.client_facts import add_list_entry
from sheet_diag.reports.portfolio.tables import PortfolioBuilder
from sheet_diag.storage.scratch import open_scratch_folder
from sheet_diag.text.wording import word_catalog

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Returns:
    """The returns of a folder. The columns are those of the files in `data/` (docs/portfolio.md).

    `answers` has a row per ranked client and item, `clients` a row per ranked client, best first,
    `problems` a row per problem that wants a person's eye.
    """

    answers: pd.DataFrame
    clients: pd.DataFrame
    problems: pd.DataFrame


def read_returns(
    found: Sequence[InputFile], config: RunConfig, progress: ProgressCallback
) -> Returns:
    """Read and diagnose the files; labels are in the language of the configuration."""
    with (
        open_scratch_folder() as spool,
        diagnose_files(config, found, spool, progress) as (executors, store, outcomes),
    ):
        comparisons = Comparisons.of(config.catalog, outcomes, config.comparison)
        context = PublishContext.of(outcomes, store, comparisons, None)
        results = executors.bulk.map(summarize, map(context.task, outcomes))
        listed = (config.clients or ClientList()).by_id()
        made = (require_result(*each) for each in zip(results, outcomes, strict=True))
        facts = [add_list_entry(each, listed) for each in made]
    builder = PortfolioBuilder(config.catalog, config.as_of)
    for each in facts:
        builder.add(each)
    portfolio = builder.portfolio()
    tables = DataTables(config.catalog, config.as_of, word_catalog(config.catalog, config.lang))
    return Returns(
        answers=tables.answers(facts).to_pandas(),
        clients=tables.clients(portfolio).to_pandas(),
        problems=tables.attention(portfolio).to_pandas(),
    )

"""A study file: questions about a place, in their order, each a command whose answer is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from sim.errors import ScenarioError
from sim.files import entrance
from sim.files.yaml_lines import YamlText
from sim.scenario.schemas import schema_of
from sim.scenario.validation import Problems, validated
from sim.scenario.values import LongText, Setting, ShortText, text
from sim.text import Message, Name

USUAL: Final = "study.yaml"  # what a folder's study is called
MOST_QUESTIONS: Final = 100
Command = Annotated[str, *text(2_000)]


class Question(Setting):
    """A question, and the command that answers it."""

    ask: LongText
    """What is asked, in English."""
    ask_zh: LongText | None = None
    """What is asked, in Chinese; without it as in English."""
    command: Command
    """The command that answers, as it is typed after `tenthirty`: `compare today north-west`.
    Files are those of the study's folder; scenario files may be named without .yaml."""
    would_change: Command | None = None
    """Another command, whose answer says what would change the first one, mostly `stress`."""
    published: LongText | None = None
    """What is published to hold the answer against, with its source."""
    published_zh: LongText | None = None
    """The same in Chinese."""
    assumes: LongText | None = None
    """What the answer rests on that is only assumed."""
    assumes_zh: LongText | None = None
    """The same in Chinese."""


class StudyFile(Setting):
    """A study: its questions in order."""

    name: ShortText
    """What the study is called, in English."""
    name_zh: ShortText | None = None
    """What the study is called in Chinese; without it as in English."""
    about: LongText | None = None
    """What the place is, and what is asked of it."""
    about_zh: LongText | None = None
    """The same in Chinese."""
    questions: tuple[Question, ...] = Field(min_length=1, max_length=MOST_QUESTIONS)
    """The questions, in the order in which they are answered and read."""


class StudyOfPlace(NamedTuple):
    """The questions that are put to the scenarios of a folder."""

    file: StudyFile
    folder: Path  # where the commands find their files
    text: YamlText | None  # with the lines of the questions; None of questions that nobody wrote

    @property
    def name(self) -> Name:
        return Name(self.file.name_zh or self.file.name, self.file.name)

    @property
    def source(self) -> Path:
        """What mistakes are told of."""
        return self.folder if self.text is None else self.text.path

    def problems(self) -> Problems:
        """A collection of mistakes, each at its line."""
        text = self.text
        return Problems() if text is None else Problems(lambda loc: ("", text.line(loc)))


def in_languages(english: str | None, chinese: str | None) -> Name:
    """A text of a study file in both languages; nothing where nothing is written."""
    return Name(chinese or english or "", english or chinese or "")


def is_study(path: Path) -> bool:
    """Whether a file is a study, and not a scenario. ScenarioError if it cannot be read."""
    return entrance.is_file(path) and "questions" in YamlText(path).content


def load(path: Path, folder: Path | None = None) -> StudyOfPlace:
    """A study file, or the one in a folder; ScenarioError with all problems of it.

    `folder`: where its commands find their files; default: that of the file.
    """
    if path.is_dir():
        path = path / USUAL
    missing = Message("no such file: a study is a file like {example}", example=USUAL)
    entrance.require_file(path, ScenarioError, missing)
    text = YamlText(path)
    problems = Problems(lambda loc: ("", text.line(loc)))
    file = validated(StudyFile, text.content, problems)
    problems.raise_if_any(ScenarioError, path)
    assert file is not None
    return StudyOfPlace(file, path.parent if folder is None else folder, text)


def schema() -> str:
    """The JSON Schema of study files, for editors that complete and check while typing."""
    return schema_of(StudyFile)

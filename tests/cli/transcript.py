"""Transcripts: whole sessions at the terminal, kept word for word and played again.

A transcript begins with `# from: empty`, `staffed` or `active`. A line such as `coach$ custody …` is typed by that
person in their unlocked shell, `$ custody …` by somebody whose key is locked. What follows is the answer: stdout as it
is, stderr behind `! `, and the exit status where it is not 0. Ids are numbered in their order, and what is drawn at
random or depends on the machine is replaced by its name in angle brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.cli.town import BACKUP_CODES, NEXT_PASSWORD, PASSPHRASES, PASSWORD, SEED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.answer import Answer
    from tests.cli.town import Town

TYPED: Final = re.compile(r"([a-z.]*)\$ (custody(?: .*)?)")
_ID: Final = re.compile(r"\b(per|uni|prm|acc|cre|chk|rot|exc|dsg|des|exp|not)_[0-9a-z]{26}\b")
_NUMBERED: Final = re.compile(r"<(\w+ \d+)>")
_DRAWN: Final = (
    (re.compile(r"<per \d+>\.[0-9a-f]{64}"), "<session>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<hash>"),
    (re.compile(r"\b[0-9a-f]{8}( [0-9a-f]{8}){7}\b"), "<fingerprint>"),
    (re.compile(r"\bvault [0-9a-f]{16}\b"), "vault <hash>"),
    (re.compile(r"\b[0-9A-Z]{5}(-[0-9A-Z]{5}){4,}[0-9A-Z-]*"), "<code>"),
    (re.compile(r"sqlite \d+\.\d+\.\d+"), "sqlite <version>"),
    (re.compile(r"\d+ KiB"), "<size>"),
    (re.compile(r"Notice of electronic monitoring.*posted in each building\.", re.DOTALL), "<the monitoring notice>"),
)


@dataclass(slots=True, kw_only=True)
class Player:
    """Types a transcript's commands anew.

    Attributes:
        town: Where.
        ids: The ids that were seen, by the number that stands for them.
    """

    town: Town
    ids: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Lay out the files that the transcripts name, as `<files>/…`."""
        for who in PASSPHRASES:
            self.town.passphrase_file(who)
        texts = {"password": PASSWORD, "next": NEXT_PASSWORD, "seed": SEED, "codes": "\n".join(BACKUP_CODES)}
        for name, text in {**texts, "weak": "drama", "totp": self.town.code()}.items():
            self.town.file(name, text)

    def play(self, transcript: str) -> str:
        """The same transcript with the answers as they are now."""
        return "".join(self._lines(transcript))

    def _lines(self, transcript: str) -> Iterator[str]:
        commented = True
        for line in transcript.splitlines():
            found = TYPED.fullmatch(line)
            if found is not None:
                commented = False
                yield f"{line}\n{self._answer(found[1] or None, found[2])}\n"
            elif line.startswith("#"):
                yield f"{line}\n"
            elif commented and not line:
                yield "\n"

    def _answer(self, who: str | None, command: str) -> str:
        typed = _NUMBERED.sub(lambda found: self.ids[found[1]], command).replace("<files>", f"{self.town.folder}/files")
        answer = self.town.run(typed.replace("<town>", str(self.town.folder)), who)
        self._remember(answer, who)
        told = [f"! {line}".rstrip() for line in answer.stderr.splitlines()]
        said = [line.rstrip() for line in answer.stdout.splitlines()]
        status = [f"exit {answer.status}"] if answer.status else []
        return self._normal("".join(f"{line}\n" for line in (*told, *said, *status)))

    def _remember(self, answer: Answer, who: str | None) -> None:
        """Keep what the next commands need: a code that was given out, a session that was opened."""
        code = re.search(r"^  ([0-9A-Z-]{30,})$", answer.stdout, re.MULTILINE)
        if code is not None:
            self.town.file("code", code[1])
        token = re.fullmatch(r"per_\w+\.[0-9a-f]{64}\n", answer.stdout)
        if token is not None:
            name = re.search(r"--as ([\w.]+)", answer.command)
            self.town.sessions[name[1] if name else str(who)] = token[0].strip()

    def _normal(self, text: str) -> str:
        text = _ID.sub(self._number, text.replace(str(self.town.folder), "<town>"))
        for pattern, name in _DRAWN:
            text = pattern.sub(name, text)
        return text

    def _number(self, found: re.Match[str]) -> str:
        for label, known in self.ids.items():
            if known == found[0]:
                return f"<{label}>"
        kind = found[1]
        label = f"{kind} {1 + sum(each.startswith(f'{kind} ') for each in self.ids)}"
        self.ids[label] = found[0]
        return f"<{label}>"

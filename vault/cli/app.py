"""What every command of one run shares: the settings, the open vault, the person, and how it talks to them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault.errors import InvalidInput, Locked, MissingInput, WrongPassphrase

if TYPE_CHECKING:
    from vault.desk.office import Member, Office
    from vault.domain.persons import Person
    from vault.domain.secret import Secret
    from vault.wiring.assembly import Opened, Surroundings
    from vault.wiring.home import Settings


@dataclass(slots=True, kw_only=True)
class App:
    """One run of the program.

    Attributes:
        home: `--home`.
        db: `--db`.
        username: `--as`.
        session: `CUSTODY_SESSION`.
        as_json: `--json`.
        no_input: Nothing may be asked.
        yes: Moderate danger is confirmed beforehand.
        around: Given by tests; otherwise the real surroundings.
        wanted_field: `--field`.
        passphrase_file: `--passphrase-file`.
        pause: Lets seconds go by, for what is drawn anew; given by tests.
    """

    home: Path | None = None
    db: str | None = None
    username: str | None = None
    session: str | None = field(default=None, repr=False)
    as_json: bool = False
    no_input: bool = False
    yes: bool = False
    around: Surroundings | None = field(default=None, repr=False)
    wanted_field: str | None = None
    passphrase_file: str | None = None
    pause: Callable[[float], None] = time.sleep
    _opened: Opened | None = field(default=None, repr=False)
    _stdin_taken: str | None = None

    @property
    def settings(self) -> Settings:
        """The settings, for the wiring."""
        from vault.wiring.home import Settings

        return Settings(home=self.home, db=self.db, username=self.username, session=self.session)

    @property
    def surroundings(self) -> Surroundings:
        """The clock, the randomness, and how long work and warnings are told."""
        from dataclasses import replace

        from vault.cli.progress import tell_progress
        from vault.wiring.assembly import Surroundings

        return replace(self.around or Surroundings(), warn=self.warn, progress=tell_progress)

    @property
    def vault(self) -> Opened:
        """This machine's vault, the witness caught up."""
        if self._opened is None:
            from vault.wiring.assembly import open_vault

            self._opened = open_vault(self.settings, self.surroundings)
        return self._opened

    def close(self) -> None:
        """Let the stores go."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def office(self) -> Office:
        """For the desk."""
        return self.vault.office

    # -- the person ---------------------------------------------------------------------------------------------

    def person(self) -> Person:
        """Who works: `--as`, the session's person, or the one in the configuration.

        Raises:
            MissingInput: Nobody says.
            Locked: The session is another vault's.
        """
        from vault.desk.finding import find_person
        from vault.domain.persons import Person
        from vault.wiring.sessions import person_of

        if self.username is None and self.session is not None:
            found = self.office.view.find(Person, person_of(self.session))
            if found is None:
                raise Locked("CUSTODY_SESSION is another vault's", hint="custody unlock")
            return found
        name = self.vault.config.username
        if name is None:
            raise MissingInput("who are you?", hint="custody --as USERNAME …, or CUSTODY_AS")
        return find_person(self.office.view, name)

    def member(self, *, is_fresh: bool = False) -> Member:
        """The person with their key open: by the session, or by their passphrase.

        Args:
            is_fresh: The passphrase itself is wanted, session or not.
        """
        from vault.cli.news import tell_news
        from vault.desk.chores import do_chores

        person = self.person()
        member = None if is_fresh or self.passphrase_file else self._resumed(person)
        if member is None:
            member = self._unlocked(person, is_fresh=is_fresh)
        do_chores(self.office, member)
        self._sign_marks(member)
        tell_news(self, member)
        return member

    def _sign_marks(self, member: Member) -> None:
        """Record what was done here when nobody was there to sign."""
        if self.vault.home.backup_marks.exists():
            from vault.wiring.backups import sign_marks

            sign_marks(self.vault, member)

    def _resumed(self, person: Person) -> Member | None:
        from vault.wiring.sessions import person_of, resume_session

        if self.session is None or person_of(self.session) != person.id:
            return None
        opened = self.vault
        at = self.surroundings.clock()
        return self.office.admit(person, resume_session(opened.home, opened.config.vault, self.session, at=at))

    def _unlocked(self, person: Person, *, is_fresh: bool) -> Member:
        from vault.desk.locks import require_unlockable, unlock

        require_unlockable(person)
        option = "--passphrase-file" if is_fresh else "--passphrase-file, or custody unlock"
        passphrase = self.secret(self.passphrase_file, f"Passphrase of {person.username}", option)
        try:
            return unlock(self.office, person, passphrase)
        except WrongPassphrase as error:
            raise WrongPassphrase(f"that is not the passphrase of {person.username}", hint=error.hint) from error

    # -- talking ------------------------------------------------------------------------------------------------

    def say(self, message: str) -> None:
        """Tell the person something that is not data."""
        click.echo(message, err=True)

    def warn(self, message: str) -> None:
        """Tell the person what is unwise."""
        click.echo(f"warning: {message}", err=True)

    @property
    def may_ask(self) -> bool:
        """Whether there is somebody to ask."""
        return not self.no_input and sys.stdin.isatty()

    def secret(self, source: str | None, label: str, option: str, *, is_new: bool = False) -> Secret:
        """A secret from a file, from standard input, or from a hidden prompt; never from an argument.

        Args:
            source: A path, `-`, or None to ask.
            label: What is asked for.
            option: Which option would have given it.
            is_new: It is asked for twice.

        Raises:
            MissingInput: Nothing was given and nobody may be asked.
            InvalidInput: The file cannot be read, is empty, or standard input was used for another option.
        """
        from vault.domain.secret import Secret

        if source is not None:
            return Secret(self._read(source, option))
        if not self.may_ask:
            raise MissingInput(f"{label.lower()} is missing", hint=f"give it with {option}")
        typed: str = click.prompt(label, hide_input=True, err=True, confirmation_prompt=is_new)
        return Secret(typed)

    def text(self, source: str, option: str) -> str:
        """A file's text, or standard input's.

        Raises:
            InvalidInput: It cannot be read or is empty.
        """
        return self._read(source, option)

    def _read(self, source: str, option: str) -> str:
        name = "standard input" if source == "-" else source
        try:
            if source == "-":
                if self._stdin_taken is not None:
                    raise InvalidInput(
                        f"standard input is already read for {self._stdin_taken}", hint=f"give a file with {option}"
                    )
                self._stdin_taken = option.partition(",")[0]
                text = sys.stdin.read()
            else:
                text = Path(source).read_text(encoding="utf-8")
        except OSError as error:
            raise InvalidInput(f"{name} cannot be read: {error.strerror}", hint=option) from error
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{name} is not text in UTF-8", hint=option) from error
        text = text.removesuffix("\n").removesuffix("\r")
        if not text:
            raise InvalidInput(f"{name} is empty", hint=option)
        return text

    def require_yes(self, question: str) -> None:
        """Ask before moderate danger.

        Raises:
            Declined: The person says no.
            MissingInput: Nobody may be asked, and `--yes` was not given.
        """
        from vault.cli.failing import declined

        if self.yes:
            return
        if not self.may_ask:
            raise MissingInput("this needs a yes", hint="custody --yes …")
        if not click.confirm(question, err=True):
            raise declined()

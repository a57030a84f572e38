"""The district's settings of the Board's policy."""

from __future__ import annotations

from datetime import datetime

from vault.desk.office import Member, Office
from vault.domain.policies import Policy
from vault.ledger.events import PolicySet
from vault.ledger.ledger import Draft
from vault.ledger.view import View, the_vault
from vault.policy.files import parse_policy


class Policies:
    """What IT does about the policy.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def set(self, member: Member, text: str) -> Policy:
        """Put a policy file in force, whole, as the next version.

        Args:
            member: IT of the district.
            text: TOML, as `custody policy show` prints it.

        Raises:
            InvalidInput: With one line for each fault; nothing changes.
            NotPermitted: The member is not IT of the district.
        """

        def build(view: View, _at: datetime) -> Draft:
            return Draft(events=(PolicySet(policy=parse_policy(text, previous=the_vault(view).policy)),))

        self._office.write(member, build)
        return self._office.policy

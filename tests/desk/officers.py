"""The recovery officers of a district, and who asks them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.desk.district import District
from vault.desk.recovery import Recoveries
from vault.domain.recovery import RecoveryRequest
from vault.sealing.shares import Share

if TYPE_CHECKING:
    from vault.desk.office import Member
    from vault.domain.ids import RequestId

WHY = "nobody who held it is left"


class Officers:
    """The officers of a district, and who asks them."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.kept: dict[RequestId, bytes] = {}
        self.desk = Recoveries(district.desk.office)

    def ask(self, member: Member | None = None, **scope: object) -> RecoveryRequest:
        return self.desk.request(
            member or self.district.founder,
            reason=WHY,
            term=timedelta(days=2),
            keep=self.kept.__setitem__,
            **(scope or {"everything": True}),  # type: ignore[arg-type]
        )

    def shares(self, *indexes: int) -> list[Share]:
        return [self.district.founding.shares[at - 1] for at in indexes]

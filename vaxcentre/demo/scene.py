"""What the journeys of one day share: the moment, the lots in use, the references given."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course, Vaccine
from vaxcentre.rules.reference import new_reference


@dataclass
class Scene:
    """What the journeys of one day share."""

    moment: datetime
    random: Random
    courses: dict[str, Course]
    lots: dict[str, list[Lot]]  # by course code, in the order they are used up
    vaccines: dict[int, Vaccine]
    members: dict[str, StaffMember]
    references: set[str]
    left: Counter[int] = field(default_factory=Counter)  # doses by lot
    used: dict[tuple[int, str], Lot] = field(default_factory=dict)

    def has_happened(self, at: datetime | None) -> bool:
        """Whether this moment lies behind us."""
        return at is not None and at <= self.moment

    def reference(self) -> str:
        """A reference nobody has yet."""
        while True:
            found = new_reference(self.random)
            if found not in self.references:
                self.references.add(found)
                return found

    def draw(self, box: int, course: str) -> Lot:
        """The lot in use in this box, or the next that has doses."""
        lot = self.used.get((box, course))
        if lot is None or self.left[lot.id] <= 0:
            lot = next(found for found in self.lots[course] if self.left[found.id] > 0)
            self.used[box, course] = lot
        self.left[lot.id] -= 1
        return lot

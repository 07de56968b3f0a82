"""How many doses a box seems to hold: proposals read off its label, which a person confirms.

None means the label does not say it plainly, and somebody looks at the box.
"""

import re

_CONTAINER = re.compile(r"([0-9]+) (?:flacon|seringue|tube|sachet)")
_PREFILLED = re.compile(r"seringue(?:\(s\)|s)? pr[ée]-?remplie")
_DOSES = re.compile(r"de ([0-9]+) dose")
_TOTAL = re.compile(r"[(,-] ?([0-9]+) doses\b")
_MILLILITRES = re.compile(r"([0-9]+)(?:,([0-9]{1,3}))? ?ml\b", re.IGNORECASE)


def containers_per_box(label: str) -> int | None:
    """Count the vials or syringes that are given from; powder and its solvent are one."""
    counts = {int(count) for count in _CONTAINER.findall(label)}
    return counts.pop() if len(counts) == 1 else None


def doses_per_container(label: str, denomination: str) -> int | None:
    """Tell the doses in one vial or syringe: a number, "unidose", or a prefilled syringe.

    A box of one container that says nothing of doses holds one. Where the label gives a total, it
    must agree.
    """
    containers = containers_per_box(label)
    doses = _doses_told(label, denomination, containers)
    total = _TOTAL.search(label)
    if doses and containers and total and int(total[1]) != doses * containers:
        return None
    return doses


def volume_ul(label: str) -> int | None:
    """Tell the volume of one dose in microlitres, where the container is one dose."""
    volumes = {
        int(whole) * 1000 + int((decimals or "0").ljust(3, "0"))
        for whole, decimals in _MILLILITRES.findall(label)
    }
    is_one_dose = doses_per_container(label, "") == 1
    return volumes.pop() if is_one_dose and len(volumes) == 1 else None


def _doses_told(label: str, denomination: str, containers: int | None) -> int | None:
    numbers = {int(number) for number in _DOSES.findall(label)}
    if numbers:
        return numbers.pop() if len(numbers) == 1 else None
    if "multidose" in label or "multidose" in denomination:
        return None
    is_single = "unidose" in label or _PREFILLED.search(label) is not None or containers == 1
    return 1 if is_single else None

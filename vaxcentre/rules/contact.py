"""How to reach a person: a phone number kept in E.164, an e-mail address."""

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from vaxcentre.rules.refusal import N_, Refusal

# Ten digits that begin with 0 may belong to any of these.
_TEN_DIGIT_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT", "BL", "MF")
# Six or eight digits, which elsewhere are a number with digits missing: read only at home.
_SHORT_REGIONS = ("PM", "NC", "PF", "WF")
REGIONS = _TEN_DIGIT_REGIONS + _SHORT_REGIONS

# Numbers for fiction: ARCEP, decision 2018-0881 (national numbering plan), 01 99 00, 02 61 91,
# 03 53 01, 04 65 71, 05 36 49 and 06 39 98. The library knows all but the last.
_FICTIVE = re.compile(r"\+33(?:19900|26191|35301|46571|53649|63998)[0-9]{4}")
_FICTIVE_MOBILE = re.compile(r"\+3363998[0-9]{4}")

# What the library writes with a leading 0, as read aloud in France and its departments overseas.
_NATIONAL_CODES = frozenset({33, 262, 590, 594, 596})


class PhoneUnreadable(Refusal):
    sentence = N_(
        "Check the phone number: ten digits, for example 01 99 00 12 34, "
        "or + and the country code for a number abroad."
    )
    field = "phone"


class EmailUnreadable(Refusal):
    sentence = N_("Check the e-mail address: it looks like name@example.org.")
    field = "email"


def read_phone(text: str, *, home: str = "FR") -> str:
    """Read a phone number as people write it, and return it in E.164 (+33199001234).

    `home` is the region of the centre, tried first. The short numbers of Saint-Pierre-et-Miquelon,
    New Caledonia, French Polynesia and Wallis-et-Futuna are taken without their code only there:
    anywhere else eight digits are a number with two missing.

    Raises:
        PhoneUnreadable: no such number exists.
    """
    others = tuple(region for region in _TEN_DIGIT_REGIONS if region != home)
    for region in (home, *others):
        number = _parsed(text, region)
        if number is not None and (phonenumbers.is_valid_number(number) or _is_fictive(number)):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise PhoneUnreadable


def is_mobile(e164: str) -> bool:
    """Tell whether this number can receive an SMS."""
    if _FICTIVE_MOBILE.fullmatch(e164):
        return True
    number = _parsed(e164, None)
    if number is None:
        return False
    kind = phonenumbers.number_type(number)
    return kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def show_phone(e164: str) -> str:
    """Write a number as it is read aloud: 01 99 00 12 34, or +32 475 12 34 56 for one abroad."""
    number = _parsed(e164, None)
    if number is None:
        return e164
    at_home = number.country_code in _NATIONAL_CODES
    style = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return re.sub(r"[.-]", " ", phonenumbers.format_number(number, style))


def read_email(text: str) -> str:
    """Read an e-mail address, without asking the Internet whether it answers.

    Raises:
        EmailUnreadable: it is not an address that mail can reach.
    """
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise EmailUnreadable from None


def _parsed(text: str, region: str | None) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    # "01 99 00 12 34 poste 5" rings the switchboard: E.164 has no room for the extension.
    return None if number.extension else number


def _is_fictive(number: PhoneNumber) -> bool:
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return _FICTIVE.fullmatch(e164) is not None

"""The shape of what the stock keeper types, and the words of the stock."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from vaxcentre.models.vaccine import Vaccine
from vaxcentre.rules.expiry import ExpiryUnreadable, read_expiry
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import DiscardReason, LotStatus, MovementKind
from vaxcentre.stock.draft_service import Draft
from vaxcentre.stock.keeping_service import Discard
from vaxcentre.stock.ledger_service import Count, Sending
from vaxcentre.stock.receive_service import Box, Delivery
from vaxcentre.web import words
from vaxcentre.web.fields import Form, ScanField, sentence_of

# GS1 General Specifications, figure 7.11-1: the characters a lot number may hold.
LOT = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")
MOST_BOXES = 2000
MOST_DOSES = 100_000

# Shape and colour of a lot's state; its word is in web/words.py.
LOT_KINDS = {
    LotStatus.USABLE: "go",
    LotStatus.EXPIRED: "stop",
    LotStatus.BLOCKED: "stop",
    LotStatus.EMPTY: "soft",
}


class DeliveryForm(Form):
    """A delivery: filled by scans, by hand, or both."""

    scan = ScanField(_l("Scan a box"))
    boxes = StringField()  # the serials that were scanned: GTIN and serial, parted by spaces
    vaccine_id = SelectField(
        _l("Vaccine"), coerce=int, validate_choice=False, validators=[InputRequired()]
    )
    lot_number = StringField(
        _l("Lot number"), validators=[DataRequired(_l("Type the lot number printed on the box."))]
    )
    expires_on = StringField(
        _l("Expiry"), validators=[DataRequired(_l("Type the expiry printed on the box."))]
    )
    box_count = IntegerField(
        _l("Number of boxes"),
        default=1,
        validators=[
            InputRequired(_l("Type the number of boxes.")),
            NumberRange(1, MOST_BOXES, _l("Type a number of boxes from 1 to 2000.")),
        ],
    )
    document_number = StringField(
        _l("Number of the delivery note"),
        validators=[Optional(), Length(max=60, message=_l("At most 60 characters."))],
    )
    counterpart = StringField(
        _l("Other centre that sent the doses"),
        validators=[Optional(), Length(max=120, message=_l("At most 120 characters."))],
    )

    def offer(self, vaccines: Sequence[Vaccine], nothing: str) -> None:
        """Put the centre's products into the choice."""
        self.vaccine_id.choices = [(0, nothing)] + [
            (v.id, f"{v.name} · {v.containers_per_box} × {v.doses_per_container} · {v.cip13}")
            for v in vaccines
        ]

    def validate_vaccine_id(self, field: Any) -> None:
        """The first choice says "choose"."""
        if field.data not in {value for value, _label in field.choices[1:]}:
            raise ValidationError(_l("Choose the vaccine."))

    def validate_lot_number(self, field: Any) -> None:
        """A lot number holds no space, and at most 20 signs."""
        if not LOT.fullmatch(field.data):
            raise ValidationError(
                _l("A lot number has at most 20 letters, digits or signs, and no space.")
            )

    def validate_expires_on(self, field: Any) -> None:
        """A month or a day, as printed."""
        try:
            read_expiry(field.data)
        except ExpiryUnreadable as refusal:
            raise sentence_of(refusal) from None

    def scanned(self) -> tuple[Box, ...]:
        """The boxes scanned so far."""
        return tuple(Box(text[:14], text[14:34]) for text in (self.boxes.data or "").split())

    def draft(self) -> Draft:
        """What was scanned or typed so far."""
        try:
            expires_on = read_expiry(self.expires_on.data or "")
        except ExpiryUnreadable:
            expires_on = None
        return Draft(
            vaccine_id=self.vaccine_id.data or None,
            lot_number=self.lot_number.data or None,
            expires_on=expires_on,
            box_count=self.box_count.data or 0,
            boxes=self.scanned(),
        )

    def fill(self, draft: Draft) -> None:
        """Show the delivery as it stands after a scan."""
        shown = {
            "vaccine_id": draft.vaccine_id,
            "lot_number": draft.lot_number,
            "expires_on": draft.expires_on and draft.expires_on.strftime("%d/%m/%Y"),
            "box_count": draft.box_count,
            "boxes": " ".join(box.gtin14 + box.serial for box in draft.boxes),
        }
        for name, value in shown.items():
            self[name].data, self[name].raw_data = value, None

    def to_request(self) -> Delivery:
        """The delivery as a plain value."""
        return Delivery(
            vaccine_id=self.vaccine_id.data,
            lot_number=self.lot_number.data,
            expires_on=self.expiry(),
            box_count=self.box_count.data,
            boxes=self.scanned(),
            document_number=self.document_number.data or None,
            counterpart=self.counterpart.data or None,
        )

    def expiry(self) -> date:
        """The last day of use that was typed."""
        return read_expiry(self.expires_on.data)


class DiscardForm(Form):
    """Doses to throw away."""

    doses = IntegerField(
        _l("Doses to discard"),
        validators=[
            InputRequired(_l("Type the number of doses.")),
            NumberRange(1, MOST_DOSES, _l("Type a number of doses, 1 or more.")),
        ],
    )
    reason = SelectField(
        _l("Why"), validate_choice=False, validators=[InputRequired(_l("Choose the reason."))]
    )
    note = StringField(
        _l("Note"), validators=[Optional(), Length(max=300, message=_l("At most 300 characters."))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [("", _("Choose")), *words.choices(DiscardReason)]

    def validate_reason(self, field: Any) -> None:
        """One of the reasons, not the line that says "choose"."""
        if field.data not in set(DiscardReason):
            raise ValidationError(_("Choose the reason."))

    def to_request(self, lot_id: int) -> Discard:
        """The discard as a plain value."""
        return Discard(
            lot_id=lot_id,
            doses=self.doses.data,
            reason=DiscardReason(self.reason.data),
            note=self.note.data or None,
        )


class SendForm(Form):
    """Doses that leave for another house."""

    kind = SelectField(_l("Where to"), validators=[InputRequired()])
    sent = IntegerField(
        _l("Doses to send"),
        validators=[
            InputRequired(_l("Type the number of doses.")),
            NumberRange(1, MOST_DOSES, _l("Type a number of doses, 1 or more.")),
        ],
    )
    counterpart = StringField(
        _l("Name of the centre or of the supplier"),
        validators=[
            DataRequired(_l("Type who receives the doses.")),
            Length(max=120, message=_l("At most 120 characters.")),
        ],
    )
    document_number = StringField(
        _l("Number of the transfer note"),
        validators=[Optional(), Length(max=60, message=_l("At most 60 characters."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            SelectChoice(MovementKind.TRANSFER_OUT.value, _("To another centre")),
            SelectChoice(MovementKind.RETURN.value, _("Back to the supplier")),
        ]

    def refuse(self, refusal: Refusal) -> None:
        """What is too much is too much to send."""
        if refusal.field == "doses":
            self.sent.errors = [*self.sent.errors, self.say(refusal)]
        else:
            super().refuse(refusal)

    def to_request(self, lot_id: int) -> Sending:
        """What is sent as a plain value."""
        return Sending(
            lot_id=lot_id,
            kind=MovementKind(self.kind.data),
            doses=self.sent.data,
            counterpart=self.counterpart.data or "",
            document_number=self.document_number.data or None,
        )


class CountForm(Form):
    """Doses counted by hand."""

    counted = IntegerField(
        _l("Doses counted"),
        validators=[
            InputRequired(_l("Type the number of doses.")),
            NumberRange(0, MOST_DOSES, _l("Type a number of doses, 0 or more.")),
        ],
    )
    expected = IntegerField(validators=[InputRequired()])
    count_note = StringField(
        _l("What explains a difference"),
        validators=[Optional(), Length(max=300, message=_l("At most 300 characters."))],
    )

    def to_request(self, lot_id: int) -> Count:
        """The count as a plain value."""
        return Count(
            lot_id=lot_id,
            counted=self.counted.data,
            expected=self.expected.data,
            note=self.count_note.data or None,
        )


class BlockForm(Form):
    """Why a lot is blocked, or given free again."""

    block_reason = StringField(
        _l("Reason"),
        validators=[
            DataRequired(_l("Say why, in a few words.")),
            Length(max=300, message=_l("At most 300 characters.")),
        ],
    )


class ScanForm(Form):
    """One scan, nothing else."""

    scan = ScanField(_l("Scan a box"))

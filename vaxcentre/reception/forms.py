"""What the desk types."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional

from vaxcentre.booking.people import Person
from vaxcentre.reception.numbers import SealedNumber
from vaxcentre.reception.sealing import sealed_number
from vaxcentre.reception.service import CheckInRequest, Companion
from vaxcentre.reception.walkin_service import WalkInRequest
from vaxcentre.rules.vocabulary import IdentityDocument, Sex
from vaxcentre.web import words
from vaxcentre.web.fields import Form, ScanField
from vaxcentre.web.person_fields import (
    BirthField,
    DeclaredField,
    EmailField,
    ForCourses,
    NameField,
    NirField,
    PhoneField,
)

# One key a document, in this order on every screen.
DOCUMENTS = (
    IdentityDocument.IDENTITY_CARD,
    IdentityDocument.PASSPORT,
    IdentityDocument.RESIDENCE_PERMIT,
    IdentityDocument.VITALE_CARD,
    IdentityDocument.NONE,
    IdentityDocument.OTHER,
)
SEXES = frozenset(sex.value for sex in Sex)
KEEP, CORRECT = "keep", "correct"
DOCUMENT_KEYS = {document.value: str(key) for key, document in enumerate(DOCUMENTS, start=1)}


def document_choices() -> list[tuple[str, str]]:
    """The documents with their words, in the order of their keys."""
    return [(document.value, words.label(document)) for document in DOCUMENTS]


def companion_choices() -> list[tuple[str, str]]:
    """The documents of a companion, or not seen."""
    return [("", words.label(IdentityDocument.NONE)), *document_choices()[:4]]


class IdentityForm(Form):
    """Which document was seen, and who comes along."""

    document = RadioField(
        _l("Document seen"),
        choices=document_choices,
        validators=[InputRequired(_l("Choose the document that you saw."))],
    )
    note = StringField(
        _l("Which other document, or how the person was recognised"),
        validators=[Optional(), Length(max=200, message=_l("Write at most 200 letters."))],
    )
    companion_name = StringField(
        _l("Who comes along: name"),
        validators=[Optional(), Length(max=120, message=_l("Write at most 120 letters."))],
    )
    companion_tie = StringField(
        _l("Tie: mother, father, guardian…"),
        validators=[Optional(), Length(max=60, message=_l("Write at most 60 letters."))],
    )
    companion_document = SelectField(
        _l("Their document"), choices=companion_choices, validators=[Optional()]
    )
    authorisation_seen = BooleanField(_l("Authorisation seen"))

    def to_request(self) -> CheckInRequest:
        """What was seen, as the service wants it."""
        return CheckInRequest(
            document=IdentityDocument(self.document.data),
            note=self.note.data or "",
            companion=self._companion(),
        )

    def _companion(self) -> Companion | None:
        if not (self.companion_name.data or self.authorisation_seen.data):
            return None
        document = self.companion_document.data
        return Companion(
            name=self.companion_name.data or "",
            tie=self.companion_tie.data or "",
            document=IdentityDocument(document) if document else None,
            authorisation_seen=bool(self.authorisation_seen.data),
        )


class WalkInForm(ForCourses, IdentityForm):
    """Somebody without an appointment: for what, who, how to reach them, which document."""

    scan = ScanField(_l("Scan the patient's sheet"))
    courses = SelectMultipleField(
        _l("Vaccination"),
        coerce=int,
        validators=[InputRequired(_l("Choose at least one vaccination."))],
    )
    family_name = NameField(_l("Name at birth"))
    given_names = NameField(_l("Given names"))
    birth_on = BirthField(_l("Birth date"))
    phone = PhoneField(_l("Phone"))
    email = EmailField(_l("E-mail"))
    nir = NirField(_l("Social security number"))
    condition = DeclaredField(_l("Declares on honour"))
    extra_reason = StringField(
        _l("Reason for an extra place"),
        validators=[Optional(), Length(max=300, message=_l("Write at most 300 letters."))],
    )
    patient_id = HiddenField()
    replaces_id = HiddenField()
    sex = HiddenField()  # as the sheet says
    scanned_nir = HiddenField()
    # What was answered when the page asked who it is.
    is_known = HiddenField()  # this one of the twins
    is_new = HiddenField()  # none of those who were shown
    identity = HiddenField()  # of a known person: "keep" what is on record, "correct" it as typed
    asked_about = HiddenField()  # the identity for which that was answered

    def drop_old_answers(self) -> None:
        """Forget what was answered about another identity than the one that stands here now."""
        typed = self.family_name, self.given_names, self.birth_on
        about = "/".join(field.data or "" for field in typed)
        if self.asked_about.data != about:
            self.is_known.data = self.is_new.data = self.identity.data = ""
        self.asked_about.data = about

    def person(self, language: str) -> Person:
        """Who it is, as typed."""
        assert self.birth_on.birth_on is not None
        return Person(
            family_name=self.family_name.data or "",
            given_names=self.given_names.data or "",
            birth_on=self.birth_on.birth_on,
            sex=Sex(self.sex.data) if self.sex.data in SEXES else None,
            phone=self.phone.e164,
            email=self.email.address,
            language=language,
            declared=self.condition.among(self.courses.data),
        )

    def number(self) -> SealedNumber | None:
        """The social security number as it may be kept."""
        number = self.nir.number
        return sealed_number(number, is_scanned=number == self.scanned_nir.data)

    def to_walk_in(self, language: str, reason: str) -> WalkInRequest:
        """What the service is asked; `reason` is why a record would be corrected."""
        return WalkInRequest(
            course_ids=tuple(self.courses.data),
            person=self.person(language),
            identity=self.to_request(),
            patient_id=number_of(self.patient_id),
            replaces_id=number_of(self.replaces_id),
            extra_reason=self.extra_reason.data or "",
            number=self.number(),
            correction_reason=reason if self.identity.data == CORRECT else None,
        )


def number_of(field: HiddenField) -> int | None:
    """The row's number in a hidden field, or nothing."""
    text = str(field.data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

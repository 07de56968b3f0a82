"""What must not be missed about a person, as the pages print it above everything else."""

from flask_babel import gettext as _

from vaxcentre.interview.questions import short_label, shown_alert
from vaxcentre.interview.standing import Standing, is_go
from vaxcentre.models.visit import Decision
from vaxcentre.rules.vocabulary import Answer, Verdict
from vaxcentre.web import languages
from vaxcentre.web.filters import date_and_time, short_date, time_of_day
from vaxcentre.web.words import word

Alert = tuple[str, str, str]  # kind of state, title, text


def alerts_of(standing: Standing) -> list[Alert]:
    """Each doubt with what to do about it, the doctor's word, and answers that may be days old."""
    kind = "wait" if not standing.doubts or is_go(standing.decision) else "stop"
    language = languages.chosen()
    found = [_doubt(kind, shown_alert(q, language)) for q in standing.doubts]
    decisions = [*standing.overrides.values()]
    if standing.decision is not None:
        decisions.insert(0, standing.decision)
    found += [_decision(decision) for decision in decisions]
    if standing.interview is not None and standing.is_to_confirm:
        at = date_and_time(standing.interview.answered_at)
        title = _("Answered at home, %(moment)s.", moment=at)
        if standing.is_outdated:
            title = _("Answered %(moment)s, before the condition was declared.", moment=at)
        found.append(("soft", title, _("Ask whether all is still true.")))
    return found


def _doubt(kind: str, text: str) -> Alert:
    title, colon, rest = text.partition(":")
    return (kind, f"{title}{colon}", rest.strip()) if colon else (kind, text, "")


def _decision(decision: Decision) -> Alert:
    said = word(decision.verdict)
    if decision.verdict is Verdict.GO_LONGER_WATCH:
        said = _("may have it, watch %(number)s minutes", number=decision.observation_minutes)
    if decision.verdict is Verdict.LATER and decision.not_before_on:
        said = _("later, from %(day)s", day=short_date(decision.not_before_on))
    if decision.overrides_course_id is not None:
        said = _("rule set aside")
    signed = _(
        "Dr %(doctor)s, %(time)s:",
        doctor=decision.decided_by_name,
        time=time_of_day(decision.decided_at),
    )
    is_no = decision.verdict in {Verdict.NO, Verdict.LATER}
    return ("stop" if is_no else "soft", signed, f"{said}. {decision.sentence}")


def answer_lines(standing: Standing) -> list[tuple[str, str, bool]]:
    """Each answer beside its question in short; strong where it raises a doubt."""
    lines = []
    for question in standing.questions:
        text = standing.answers.get(question.code)
        said = word(Answer(text)) if text else "–"
        lines.append((short_label(question, languages.chosen()), said, question in standing.doubts))
    return lines

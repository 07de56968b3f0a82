"""Each part says what it is given, and escapes it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from wtforms import Form

Render = Callable[..., str]


def test_a_form_carries_its_proof_and_its_one_time_key(render: Render) -> None:
    html = render(
        "{% from 'components/form.html' import post_form, submit %}"
        "{% call post_form(action='/go', key='k1', css='narrow') %}"
        "{{ submit(label='Injection faite', kbd='Enter', wide=True) }}{% endcall %}"
    )

    assert '<form method="post" action="/go" novalidate class="narrow">' in html
    assert 'name="csrf_token" value="proof"' in html
    assert 'name="once" value="k1"' in html
    assert (
        'class="wide" data-key="Enter"><span>Injection faite</span> <kbd>Entrée</kbd></button>'
        in html
    )


def test_a_button_alone_is_a_form_of_its_own(draw: Render) -> None:
    html = draw(
        "form",
        "post_button(action='/left', label='Parti', key='k', fields={'visit': 4}, quiet=True)",
    )

    assert html.count("<form") == html.count("</form>") == 1
    assert 'name="csrf_token" value="proof"' in html
    assert 'name="visit" value="4"' in html
    assert '<button type="submit" class="quiet"><span>Parti</span></button>' in html


def test_the_title_says_that_something_is_wrong(
    render: Render, form: Form, wrong_form: Form
) -> None:
    source = "{% extends 'public.html' %}{% block heading %}Votre nom <i>ici</i>{% endblock %}"

    assert "<title>Votre nom ici · Centre" in render(source, form=form)
    assert "<title>Erreur\u00a0: Votre nom ici · Centre" in render(source, form=wrong_form)


def test_a_state_is_a_shape_and_a_word(draw: Render) -> None:
    html = draw("status", "status(word='au box 3', kind='go')")

    assert html.strip() == '<span class="state go"><span>au box 3</span></span>'


def test_a_lot_shows_number_expiry_and_doses(draw: Render) -> None:
    html = draw(
        "lot_label",
        "lot_label(number='U8A<1', expires_on=day, doses=0, kind='stop', word='vide')",
        day=date(2027, 6, 30),
    )

    assert "U8A&lt;1" in html
    assert "expire 30/06/2027" in html
    assert "0 dose<" in html
    assert "state stop" in html


def test_a_change_says_what_it_changes(draw: Render) -> None:
    html = draw(
        "summary_list", "summary_list(rows=[('Vaccin', 'Grippe', '/v'), ('Âge', '78 ans')])"
    )

    assert '<a href="/v">Modifier<span class="unseen"> Vaccin</span></a>' in html
    assert html.count("Modifier") == 1


def test_undo_is_offered_only_where_there_is_a_way_back(
    draw: Render, context: dict[str, Any]
) -> None:
    file, call = "undo", "undo(message='Fait.', action=action, until=until)"
    until = context["now"] + timedelta(minutes=10)

    assert "Annulable jusqu’à 10:31" in draw(file, call, action="/back", until=until)
    assert "<form" not in draw(file, call, action=None, until=None)


def test_a_hold_says_until_when_and_that_it_is_over(draw: Render, context: dict[str, Any]) -> None:
    file, call = "countdown", "countdown(until=until, now=now)"
    now: datetime = context["now"]

    assert 'data-left="600"' in draw(file, call, until=now + timedelta(minutes=10))
    assert "gardé jusqu’à 10:31" in draw(file, call, until=now + timedelta(minutes=10))
    assert "ne vous est plus gardé" in draw(file, call, until=now)


def test_a_chart_draws_what_its_table_says(draw: Render) -> None:
    html = draw(
        "bar_chart",
        "bar_chart(title='T', rows=rows, series=['Attendus', 'Vaccinés'], first_column='Heure')",
        rows=[("8 h", 40, 20), ("9 h", 10, 0)],
    )

    assert 'role="img" aria-label="T"' in html
    assert 'y="24.0" height="160.0" class="back"' in html
    assert 'y="104.0" height="80.0">' in html
    assert '<td data-label="Vaccinés" class="right">20</td>' in html
    assert "style=" not in html


def test_a_chart_of_noughts_or_of_nothing_still_stands(draw: Render) -> None:
    file, call = (
        "bar_chart",
        "bar_chart(title='T', rows=rows, series=['Doses'], first_column='Jour')",
    )

    assert 'height="0.0"' in draw(file, call, rows=[("lundi", 0)])
    assert "<svg" not in draw(file, call, rows=[])


def test_the_panel_of_the_desk_names_the_person_and_holds_the_next_keys(render: Render) -> None:
    html = render(
        "{% from 'components/found.html' import found %}"
        "{% call found(word='Déjà là', kind='wait', name='MERCIER Ada',"
        " facts=[('Vaccin', 'Grippe')]) %}<a href='/x'>suite</a>{% endcall %}"
    )

    assert 'class="found wait" aria-label="Déjà là"' in html
    assert "<dt>Vaccin</dt><dd>Grippe</dd>" in html
    assert "<div class=\"actions\"><a href='/x'>suite</a></div>" in html

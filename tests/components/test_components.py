"""Each macro says what it is given, escapes it, and ties words to boxes."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from wtforms import Form

Render = Callable[..., str]
Sample = Callable[..., Form]


def test_a_text_field_is_labelled_and_keeps_what_was_typed(render: Render, form: Form) -> None:
    html = render(
        "{% from 'components/field.html' import text %}"
        "{{ text(field=form.name, hint='Comme écrit', autocomplete='family-name', width='half') }}",
        form=form,
    )

    assert '<label for="name">Nom de naissance</label>' in html
    assert '<p class="hint" id="name-hint">Comme écrit</p>' in html
    assert 'value="O’Brien &lt;b&gt;"' in html
    assert 'class="w-half" autocomplete="family-name" required aria-describedby="name-hint"' in html
    assert "aria-invalid" not in html


def test_an_optional_field_says_so(render: Render, form: Form) -> None:
    html = render("{% from 'components/field.html' import text %}{{ text(field=form.phone) }}", form=form)

    assert "(facultatif)" in html
    assert "required" not in html


def test_an_error_stands_at_its_field_and_is_read_with_it(render: Render, wrong_form: Form) -> None:
    html = render(
        "{% from 'components/field.html' import text %}{{ text(field=form.name, hint='h') }}",
        form=wrong_form,
    )

    assert 'id="name-error"' in html
    assert "Saisissez le nom de naissance" in html
    assert 'aria-describedby="name-hint name-error" aria-invalid="true"' in html


def test_a_password_is_never_printed_back(render: Render, wrong_form: Form) -> None:
    html = render(
        "{% from 'components/field.html' import password %}{{ password(field=form.password) }}",
        form=wrong_form,
    )

    assert 'type="password" autocomplete="current-password"' in html
    assert "secret" not in html


def test_choices_are_one_group_with_a_legend_and_their_keys(render: Render, form: Form) -> None:
    html = render(
        "{% from 'components/field.html' import radios %}"
        "{{ radios(field=form.side, big=True, keys={'left': 'G', 'right': 'D'}, notes={'left': 'coeur'}) }}",
        form=form,
    )

    assert "<legend>Bras</legend>" in html
    assert 'id="side" name="side" value="left" checked data-key="G"' in html
    assert 'id="side-1" name="side" value="right" data-key="D"' in html
    assert "<small>coeur</small>" in html
    assert "<kbd>D</kbd>" in html


def test_several_choices_a_list_and_a_tick_keep_their_values(render: Render, make_sample: Sample) -> None:
    form = make_sample(courses=["covid"], document="passport", honour=True)
    html = render(
        "{% from 'components/field.html' import checkboxes, select, checkbox, textarea, hidden %}"
        "{{ checkboxes(field=form.courses) }}{{ select(field=form.document) }}"
        "{{ checkbox(field=form.honour) }}{{ textarea(field=form.reason) }}{{ hidden(field=form.slot) }}",
        form=form,
    )

    assert 'type="checkbox" id="courses-1" name="courses" value="covid" checked' in html
    assert '<option value="passport" selected>Passeport</option>' in html
    assert 'id="honour" name="honour" value="y" checked' in html
    assert '<input type="hidden" id="slot" name="slot" value="7">' in html


def test_a_text_that_begins_with_an_empty_line_keeps_it(render: Render, make_sample: Sample) -> None:
    html = render(
        "{% from 'components/field.html' import textarea %}{{ textarea(field=form.reason) }}",
        form=make_sample(reason="\nfièvre </textarea>"),
    )

    assert ">\n\nfièvre &lt;/textarea&gt;</textarea>" in html


def test_a_date_is_three_boxes_in_one_group(render: Render, wrong_form: Form) -> None:
    html = render(
        "{% from 'components/field.html' import date_boxes %}"
        "{{ date_boxes(day=form.day, month=form.month, year=form.year, legend='Né le', birth=True) }}",
        form=wrong_form,
    )

    assert html.count('inputmode="numeric"') == 3
    assert 'value="31" autocomplete="bday-day" aria-invalid="true"' in html
    assert 'aria-describedby="day-error"' in html
    assert "Ce jour n’existe pas" in html


def test_a_form_carries_its_proof_and_its_one_time_key(render: Render) -> None:
    html = render(
        "{% from 'components/form.html' import post_form, submit %}"
        "{% call post_form(action='/go', key='k1', css='narrow') %}"
        "{{ submit(label='Injection faite', kbd='Enter', wide=True) }}{% endcall %}"
    )

    assert '<form method="post" action="/go" novalidate class="narrow">' in html
    assert 'name="csrf_token" value="proof"' in html
    assert 'name="once" value="k1"' in html
    assert '<button class="wide" data-key="Enter">Injection faite <kbd>Entrée</kbd></button>' in html


def test_a_button_alone_is_a_form_of_its_own(render: Render) -> None:
    html = render(
        "{% from 'components/form.html' import post_button %}"
        "{{ post_button(action='/left', label='Parti', key='k', fields={'visit': 4}, quiet=True) }}"
    )

    assert html.count("<form") == html.count("</form>") == 1
    assert 'name="csrf_token" value="proof"' in html
    assert 'name="visit" value="4"' in html
    assert '<button class="quiet">Parti</button>' in html


def test_the_summary_leads_to_each_field(render: Render, wrong_form: Form, make_sample: Sample) -> None:
    source = (
        "{% from 'components/error_summary.html' import error_summary %}{{ error_summary(form=form) }}"
    )
    html = render(source, form=wrong_form)

    assert 'tabindex="-1"' in html
    assert '<a href="#name">Saisissez le nom de naissance</a>' in html
    assert render(source, form=make_sample()).strip() == ""


def test_a_refusal_of_the_whole_form_is_in_the_summary_too(render: Render, make_sample: Sample) -> None:
    form = make_sample()
    form.form_errors.append("Ce créneau vient d’être pris.")
    html = render(
        "{% from 'components/error_summary.html' import error_summary %}{{ error_summary(form=form) }}",
        form=form,
    )

    assert "<li>Ce créneau vient d’être pris.</li>" in html


def test_the_title_says_that_something_is_wrong(render: Render, form: Form, wrong_form: Form) -> None:
    source = "{% extends 'public.html' %}{% block heading %}Votre nom <i>ici</i>{% endblock %}"

    assert "<title>Votre nom ici · Centre" in render(source, form=form)
    assert "<title>Erreur\u00a0: Votre nom ici · Centre" in render(source, form=wrong_form)


def test_a_state_is_a_shape_and_a_word(render: Render) -> None:
    html = render("{% from 'components/status.html' import status %}{{ status(word='au box 3', kind='go') }}")

    assert html.strip() == '<span class="state go"><span>au box 3</span></span>'


def test_a_lot_shows_number_expiry_and_doses(render: Render) -> None:
    html = render(
        "{% from 'components/lot_label.html' import lot_label %}"
        "{{ lot_label(number='U8A<1', expires_on=day, doses=0, kind='stop', word='vide') }}",
        day=date(2027, 6, 30),
    )

    assert "U8A&lt;1" in html
    assert "expire 30/06/2027" in html
    assert "0 dose<" in html
    assert "state stop" in html


def test_a_change_says_what_it_changes(render: Render) -> None:
    html = render(
        "{% from 'components/summary_list.html' import summary_list %}"
        "{{ summary_list(rows=[('Vaccin', 'Grippe', '/v'), ('Âge', '78 ans')]) }}"
    )

    assert '<a href="/v">Modifier<span class="unseen"> Vaccin</span></a>' in html
    assert html.count("Modifier") == 1


def test_undo_is_offered_only_where_there_is_a_way_back(render: Render, context: dict[str, Any]) -> None:
    source = (
        "{% from 'components/undo.html' import undo %}{{ undo(message='Fait.', action=action, until=until) }}"
    )
    until = context["now"] + timedelta(minutes=10)

    assert "annulable jusqu’à 10:31" in render(source, action="/back", until=until)
    assert "<form" not in render(source, action=None, until=None)


def test_a_hold_says_until_when_and_that_it_is_over(render: Render, context: dict[str, Any]) -> None:
    source = "{% from 'components/countdown.html' import countdown %}{{ countdown(until=until, now=now) }}"
    now: datetime = context["now"]

    assert 'data-left="600"' in render(source, until=now + timedelta(minutes=10))
    assert "gardé jusqu’à 10:31" in render(source, until=now + timedelta(minutes=10))
    assert "ne vous est plus gardé" in render(source, until=now)


def test_a_chart_draws_what_its_table_says(render: Render) -> None:
    html = render(
        "{% from 'components/bar_chart.html' import bar_chart %}{{ bar_chart(title='T', rows=rows,"
        " series=['Attendus', 'Vaccinés'], first_column='Heure') }}",
        rows=[("8 h", 40, 20), ("9 h", 10, 0)],
    )

    assert 'role="img" aria-label="T"' in html
    assert 'y="24.0" height="160.0" class="back"' in html
    assert 'y="104.0" height="80.0">' in html
    assert '<td data-label="Vaccinés" class="right">20</td>' in html
    assert "style=" not in html


def test_a_chart_of_noughts_or_of_nothing_still_stands(render: Render) -> None:
    source = (
        "{% from 'components/bar_chart.html' import bar_chart %}"
        "{{ bar_chart(title='T', rows=rows, series=['Doses'], first_column='Jour') }}"
    )

    assert 'height="0.0"' in render(source, rows=[("lundi", 0)])
    assert "<svg" not in render(source, rows=[])


def test_the_panel_of_the_desk_names_the_person_and_holds_the_next_keys(render: Render) -> None:
    html = render(
        "{% from 'components/found.html' import found %}{% call found(word='Déjà là', kind='wait',"
        " name='MERCIER Ada', facts=[('Vaccin', 'Grippe')]) %}<a href='/x'>suite</a>{% endcall %}"
    )

    assert 'class="found wait" aria-label="Déjà là"' in html
    assert "<dt>Vaccin</dt><dd>Grippe</dd>" in html
    assert "<div class=\"actions\"><a href='/x'>suite</a></div>" in html

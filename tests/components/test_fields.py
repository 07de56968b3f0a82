"""Fields are labelled, keep what was typed, and tie hints and errors to their box."""

from collections.abc import Callable

from wtforms import Form

Render = Callable[..., str]
Sample = Callable[..., Form]


def test_a_text_field_is_labelled_and_keeps_what_was_typed(draw: Render, form: Form) -> None:
    html = draw(
        "field",
        "text(field=form.name, hint='Comme écrit', autocomplete='family-name', width='half')",
        form=form,
    )

    assert '<label for="name">Nom de naissance</label>' in html
    assert '<p class="hint" id="name-hint">Comme écrit</p>' in html
    assert 'value="O’Brien &lt;b&gt;"' in html
    assert 'class="w-half" autocomplete="family-name" required aria-describedby="name-hint"' in html
    assert "aria-invalid" not in html


def test_an_optional_field_says_so(draw: Render, form: Form) -> None:
    html = draw("field", "text(field=form.phone)", form=form)

    assert "(facultatif)" in html
    assert "required" not in html


def test_an_error_stands_at_its_field_and_is_read_with_it(draw: Render, wrong_form: Form) -> None:
    html = draw(
        "field",
        "text(field=form.name, hint='h')",
        form=wrong_form,
    )

    assert 'id="name-error"' in html
    assert "Saisissez le nom de naissance" in html
    assert 'aria-describedby="name-hint name-error" aria-invalid="true"' in html


def test_a_password_is_never_printed_back(draw: Render, wrong_form: Form) -> None:
    html = draw(
        "field",
        "password(field=form.password)",
        form=wrong_form,
    )

    assert 'type="password" autocomplete="current-password"' in html
    assert "secret" not in html


def test_choices_are_one_group_with_a_legend_and_their_keys(draw: Render, form: Form) -> None:
    html = draw(
        "field",
        "radios(field=form.side, big=True, keys={'left': 'G', 'right': 'D'}, notes={'left': 'x'})",
        form=form,
    )

    assert "<legend>Bras</legend>" in html
    assert 'id="side" name="side" value="left" checked data-key="G"' in html
    assert 'id="side-1" name="side" value="right" data-key="D"' in html
    assert "<small>x</small>" in html
    assert "<kbd>D</kbd>" in html


def test_several_choices_a_list_and_a_tick_keep_their_values(
    render: Render, make_sample: Sample
) -> None:
    form = make_sample(courses=["covid"], document="passport", honour=True)
    html = render(
        "{% from 'components/field.html' import checkboxes, select, checkbox, hidden %}"
        "{{ checkboxes(field=form.courses) }}{{ select(field=form.document) }}"
        "{{ checkbox(field=form.honour) }}{{ hidden(field=form.slot) }}",
        form=form,
    )

    assert 'type="checkbox" id="courses-1" name="courses" value="covid" checked' in html
    assert '<option value="passport" selected>Passeport</option>' in html
    assert 'id="honour" name="honour" value="y" checked' in html
    assert '<input type="hidden" id="slot" name="slot" value="7">' in html


def test_a_text_that_begins_with_an_empty_line_keeps_it(draw: Render, make_sample: Sample) -> None:
    html = draw(
        "field",
        "textarea(field=form.reason)",
        form=make_sample(reason="\nfièvre </textarea>"),
    )

    assert ">\n\nfièvre &lt;/textarea&gt;</textarea>" in html


def test_a_date_is_three_boxes_in_one_group(draw: Render, wrong_form: Form) -> None:
    html = draw(
        "field",
        "date_boxes(day=form.day, month=form.month, year=form.year, legend='L', birth=True)",
        form=wrong_form,
    )

    assert html.count('inputmode="numeric"') == 3
    assert 'value="31" autocomplete="bday-day" aria-invalid="true"' in html
    assert 'aria-describedby="day-error"' in html
    assert "Ce jour n’existe pas" in html


def test_the_summary_leads_to_each_field(
    draw: Render, wrong_form: Form, make_sample: Sample
) -> None:
    file, call = "error_summary", "error_summary(form=form)"
    html = draw(file, call, form=wrong_form)

    assert 'tabindex="-1"' in html
    assert '<a href="#name">Saisissez le nom de naissance</a>' in html
    assert draw(file, call, form=make_sample()).strip() == ""


def test_a_refusal_of_the_whole_form_is_in_the_summary_too(
    draw: Render, make_sample: Sample
) -> None:
    form = make_sample()
    form.form_errors.append("Ce créneau vient d’être pris.")
    html = draw(
        "error_summary",
        "error_summary(form=form)",
        form=form,
    )

    assert "<li>Ce créneau vient d’être pris.</li>" in html

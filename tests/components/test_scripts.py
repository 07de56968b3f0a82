"""Keys and scans do what is printed on the buttons, and a scan presses nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Request
from wtforms import Form

from tests.browsing import SCANNER

Screen = Callable[..., Page]
CODE = "VXKL-BNTR"
HOLD = """{% extends 'public.html' %}{% from 'components/countdown.html' import countdown %}
{% block heading %}X{% endblock %}
{% block content %}{{ countdown(until=until, now=now) }}{% endblock %}"""


@pytest.fixture
def desk(render: Callable[..., str], screen: Screen, form: Form, context: dict[str, Any]) -> Page:
    """The sampler of the desk, with its clock and its panel."""
    html = render(
        "sampler_staff.html",
        form=form,
        until=context["now"] + timedelta(minutes=10),
        every=1,
        hours=[],
    )
    return screen(html, 1024)


@pytest.fixture
def box(render: Callable[..., str], screen: Screen, form: Form) -> Page:
    """The nurse's page, which has no field for a scan."""
    return screen(render("sampler_nurse.html", form=form), 1024)


def scan(page: Page, keys: list[str]) -> None:
    """Type as a scanner does: all keys of the code in one go, then Enter."""
    page.evaluate(SCANNER, keys)


def note_post(posts: list[str], request: Request) -> None:
    """Keep the address of a form that was sent; the browser asks for its icon when it likes."""
    if request.method == "POST":
        posts.append(request.url)


def sent(page: Page, action: Callable[[], None]) -> tuple[str, dict[str, str]]:
    with page.expect_request(lambda request: request.method == "POST") as caught:
        action()
    request: Request = caught.value
    return request.url.split("/")[-1], request.post_data_json or {}


def test_the_cursor_is_already_in_the_scan_field(desk: Page) -> None:
    assert desk.evaluate("document.activeElement.id") == "scan"


def test_a_scan_is_sent_and_the_field_is_empty_again(desk: Page) -> None:
    where, data = sent(desk, lambda: scan(desk, list(CODE)))

    assert (where, data["q"]) == ("scanned", CODE)


def test_a_scan_presses_no_button_that_has_the_focus(desk: Page) -> None:
    desk.get_by_role("button", name="Supprimer").focus()
    where, data = sent(desk, lambda: scan(desk, list(CODE)))

    assert (where, data["q"]) == ("scanned", CODE)


def test_a_scan_leaves_the_letters_of_choices_alone(desk: Page) -> None:
    desk.get_by_role("link", name="Suivant").focus()
    where, data = sent(desk, lambda: scan(desk, list("DGKLNPRS")))

    assert (where, data["q"]) == ("scanned", "DGKLNPRS")
    assert desk.get_by_role("radio", name="gauche").is_checked()


@pytest.mark.parametrize(
    "separator",
    [
        [{"key": "]", "code": "BracketRight", "ctrlKey": True}],
        [{"key": digit, "code": f"Numpad{digit}", "altKey": True} for digit in "029"],
        [{"key": "F8", "code": "F8"}],
    ],
    ids=["ctrl", "alt", "f8"],
)
def test_the_separator_of_a_box_is_kept(desk: Page, separator: list[Any]) -> None:
    keys = [*"10AB12", *separator, *"17270630"]
    _where, data = sent(desk, lambda: scan(desk, keys))

    assert data["q"] == "10AB12\x1d17270630"


def test_a_scan_on_a_page_without_a_field_presses_nothing(box: Page) -> None:
    posts: list[str] = []
    box.on("request", lambda request: note_post(posts, request))
    box.get_by_role("button", name="Injection faite").focus()
    scan(box, list(CODE))
    box.wait_for_timeout(200)

    assert posts == []
    assert box.get_by_role("radio", name="gauche").is_checked()


def test_a_letter_chooses_the_arm_and_enter_says_done(box: Page) -> None:
    box.keyboard.press("d")
    box.wait_for_timeout(120)
    assert box.get_by_role("radio", name="droit").is_checked()

    where, data = sent(box, lambda: box.keyboard.press("Enter"))
    assert (where, data["side"], data["once"]) == ("injected", "right", "k2")


def test_enter_right_after_a_letter_sends_what_the_letter_chose(box: Page) -> None:
    where, data = sent(box, lambda: box.keyboard.type("d\n"))
    assert (where, data["side"]) == ("injected", "right")


def test_enter_much_later_presses_no_letter_again(box: Page) -> None:
    box.keyboard.press("d")
    box.wait_for_timeout(150)
    box.get_by_role("radio", name="gauche").check()
    _where, data = sent(box, lambda: box.keyboard.press("Enter"))
    assert data["side"] == "left"


@pytest.mark.parametrize("focus", [True, False])
def test_a_key_held_down_says_done_no_second_time(box: Page, focus: bool) -> None:
    posts: list[str] = []
    box.on("request", lambda request: note_post(posts, request))
    button = box.get_by_role("button", name="Injection faite")
    button.evaluate(f"one => one.{'focus' if focus else 'blur'}()")
    box.evaluate("addEventListener('click', () => { window.clicked = true; })")
    kind = "{key: 'Enter', repeat: true, bubbles: true, cancelable: true}"
    held = f"new KeyboardEvent('keydown', {kind})"
    went_on = box.evaluate(f"(document.activeElement ?? document.body).dispatchEvent({held})")
    box.wait_for_timeout(200)

    assert (went_on, posts, box.evaluate("window.clicked")) == (False, [], None)


def test_a_letter_typed_outside_goes_to_the_scan_field(desk: Page) -> None:
    desk.get_by_role("link", name="Suivant").focus()
    desk.keyboard.type("mar 42", delay=90)

    assert desk.locator("#scan").input_value() == "mar 42"


def test_escape_empties_the_field(desk: Page) -> None:
    desk.locator("#scan").fill("mar")
    desk.get_by_role("link", name="Suivant").focus()
    desk.keyboard.press("Escape")

    assert desk.locator("#scan").input_value() == ""
    assert desk.evaluate("document.activeElement.id") == "scan"


def test_what_stands_in_the_first_field_is_typed_over(
    screen: Screen, render: Callable[..., str]
) -> None:
    field = "<input autofocus aria-label='Boxes' value='1'>"
    page = screen(
        render("{% extends 'public.html' %}{% block content %}" + field + "{% endblock %}")
    )
    page.keyboard.type("100", delay=90)

    assert page.get_by_label("Boxes").input_value() == "100"


def test_f9_locks(desk: Page) -> None:
    where, data = sent(desk, lambda: desk.keyboard.press("F9"))

    assert (where, data["csrf_token"]) == ("signin.lock", "proof")


def test_ten_quiet_minutes_lock(render: Callable[..., str], screen: Screen, form: Form) -> None:
    html = render("sampler_nurse.html", form=form).replace('data-idle="600"', 'data-idle="1"')
    page = screen(html, 1024)

    assert sent(page, lambda: page.wait_for_timeout(1600))[0] == "signin.lock"


def test_the_summary_of_errors_has_the_focus(
    render: Callable[..., str], screen: Screen, wrong_form: Form
) -> None:
    page = screen(
        render("{% extends 'public.html' %}{% block heading %}X{% endblock %}", form=wrong_form)
    )

    assert page.evaluate("document.activeElement.id") == "error-summary"


def test_a_panel_takes_the_new_lines_and_says_when(desk: Page) -> None:
    part = "<section id=today><div data-fresh><p>MERCIER Ada est là</p></div></section>"
    asked: list[str | None] = []

    def answer(route: Any) -> None:
        asked.append(route.request.headers.get("if-none-match"))
        if asked[-1]:
            route.fulfill(status=304, headers={"Date": "Mon, 23 Nov 2026 09:30:07 GMT"})
        else:
            headers = {"ETag": '"v1"', "Date": "Mon, 23 Nov 2026 09:30:00 GMT"}
            route.fulfill(body=part, content_type="text/html; charset=utf-8", headers=headers)

    desk.route("**/fresh", answer)
    desk.get_by_text("MERCIER Ada est là").wait_for(timeout=4000)
    desk.get_by_text("Mis à jour à 10:30:07").wait_for(timeout=4000)

    assert asked[:2] == [None, '"v1"']
    assert desk.get_by_text("MERCIER Ada est là").count() == 1


def test_a_panel_that_nobody_answers_turns_grey(desk: Page) -> None:
    desk.route("**/fresh", lambda route: route.abort())
    desk.clock.run_for(14000)
    assert desk.get_by_text("Connexion perdue").count() == 0
    desk.clock.run_for(3000)
    desk.get_by_text("Connexion perdue").wait_for(timeout=4000)

    assert "lost" in (desk.locator("#today").get_attribute("class") or "")


def test_the_remaining_minutes_are_said(
    render: Callable[..., str], screen: Screen, context: dict[str, Any]
) -> None:
    page = screen(render(HOLD, until=context["now"] + timedelta(seconds=421)))
    assert "encore 8 minutes" in page.locator("[data-left]").inner_text()

    page = screen(render(HOLD, until=context["now"] + timedelta(seconds=1)))
    page.get_by_text("ne vous est plus gardé").wait_for(timeout=4000)


@pytest.mark.parametrize("name", ["sampler_nurse.html", "sampler_staff.html"])
def test_without_script_the_page_still_sends(
    name: str, render: Callable[..., str], screen: Screen, form: Form, context: dict[str, Any]
) -> None:
    html = render(name, form=form, until=context["now"], every=5, hours=[])
    page = screen(html, 1024, java_script_enabled=False)
    page.get_by_text("Deltoïde droit").click()
    where, data = sent(page, lambda: page.get_by_role("button", name="Injection faite").click())

    assert (where, data["side"]) == ("injected", "right")

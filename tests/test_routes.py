"""The table of all routes and who may use them: deny by default."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app

from vaxcentre.rules.vocabulary import Role
from vaxcentre.web.access import PUBLIC, access_of

O, R, N, D, S, M, I = (  # noqa: E741 - one letter a role keeps the table readable
    Role.OPERATOR,
    Role.RECEPTION,
    Role.NURSE,
    Role.DOCTOR,
    Role.STOCK,
    Role.MANAGER,
    Role.INSPECTOR,
)
ANY = frozenset(Role)


def only(*roles: Role) -> frozenset[Role]:
    """These roles and no other."""
    return frozenset(roles)


WHO_MAY: dict[str, str | frozenset[Role]] = {
    # shared
    "web.choose_language": PUBLIC,
    "web.alive": PUBLIC,
    # booking
    "booking.front": PUBLIC,
    "booking.choose_vaccine": PUBLIC,
    "booking.describe_person": PUBLIC,
    "booking.start_again": PUBLIC,
    "booking.choose_day": PUBLIC,
    "booking.choose_time": PUBLIC,
    "booking.choose_second_day": PUBLIC,
    "booking.choose_second_time": PUBLIC,
    "booking.second_later": PUBLIC,
    "booking.give_contact": PUBLIC,
    "booking.check_all": PUBLIC,
    "booking.done": PUBLIC,
    "booking.another_person": PUBLIC,
    "booking.confirmation": PUBLIC,
    "booking.calendar": PUBLIC,
    "booking.find_appointment": PUBLIC,
    "booking.open_link": PUBLIC,
    "booking.own_appointment": PUBLIC,
    "booking.own_confirmation": PUBLIC,
    "booking.own_calendar": PUBLIC,
    "booking.move_day": PUBLIC,
    "booking.move_time": PUBLIC,
    "booking.cancel_appointment": PUBLIC,
    "booking.leave": PUBLIC,
    # papers (public)
    "papers.verify": PUBLIC,
    "papers.verify_form": PUBLIC,
    "papers.mine": PUBLIC,
    "doses.doses": PUBLIC,
    # questionnaire (at home)
    "questionnaire.answer": PUBLIC,
    # signin
    "signin.door": PUBLIC,
    "signin.sign_in": PUBLIC,
    "signin.station": ANY,
    "signin.sign_out": PUBLIC,
    "signin.lock": PUBLIC,
    "signin.locked": PUBLIC,
    "signin.welcome": PUBLIC,
    "signin.set_up": PUBLIC,
    # phone
    "phone.desk": only(O, R),
    "phone.call_backs": only(O, R),
    "phone.work": only(O, R),
    "phone.move": only(O, R),
    "phone.do_move": only(O, R),
    "phone.cancel": only(O, R),
    "phone.do_cancel": only(O, R),
    # reception
    "reception.today": only(R, N, I),
    "reception.day_list": only(R, N, I),
    "reception.find": only(R, N, I),
    "reception.letters": only(R, N, I),
    "reception.check_in": only(R),
    "reception.undo_check_in": only(R),
    "reception.walk_in": only(R),
    "reception.begin_walk_in": only(R),
    "reception.receive": only(R),
    "reception.move_here": only(R),
    "reception.person": only(R, N, I),
    "reception.change_contact": only(R),
    "reception.settle_contact": only(R),
    "reception.failures_seen": only(R),
    "reception.print_confirmation": only(R, N, D),
    "reception.cancel": only(R),
    "reception.do_cancel": only(R),
    "reception.move": only(R),
    "reception.do_move": only(R),
    "reception.correct": only(R),
    "reception.do_correct": only(R),
    "reception.merge": only(R),
    "reception.do_merge": only(R),
    "reception.display": PUBLIC,
    # interview
    "interview.waiting": only(N, D),
    "interview.waiting_list": only(N, D),
    "interview.ask": only(N, D),
    "interview.confirm": only(N, D),
    "interview.authorise": only(N, D, R),
    "interview.condition": only(N, D),
    "interview.doctor": only(D),
    "interview.decide": only(D),
    "interview.override": only(D),
    # vaccination
    "vaccination.box": only(N, D),
    "vaccination.choose_box": only(N, D),
    "vaccination.call_next": only(N, D),
    "vaccination.call": only(N, D),
    "vaccination.put_back": only(N, D),
    "vaccination.patient": only(N, D),
    "vaccination.inject": only(N, D),
    "vaccination.scan": only(N, D),
    "vaccination.undo": only(N, D),
    "vaccination.not_given": only(N, D),
    "vaccination.undo_not_given": only(N, D),
    "vaccination.earlier_doses": only(N, D),
    "vaccination.withdraw_declared": only(N, D),
    "vaccination.book_next": only(N, D),
    "vaccination.versions": only(N, D, I),
    "vaccination.correct": only(N, D),
    "vaccination.board": only(N, D, R),
    "vaccination.board_list": only(N, D, R),
    "vaccination.board_leave": only(N, D, R),
    "vaccination.board_leave_early": only(N, D, R),
    "vaccination.board_reaction": only(N, D),
    "vaccination.board_correct_reaction": only(N, D),
    "vaccination.board_undo_leave": only(N, D, R),
    # stock
    "stock.lots": only(S, M, I, N, D),
    "stock.lot": only(S, M, I, N, D),
    "stock.receive": only(S),
    "stock.deliveries": only(S, M, I),
    "stock.period": only(S, M, I),
    "stock.period_pdf": only(S, M, I),
    "stock.announce": only(S),
    "stock.settle": only(S),
    "stock.scanner": only(S, N, R),
    "stock.discard": only(S),
    "stock.move": only(S),
    "stock.send": only(S),
    "stock.count": only(S),
    "stock.vials": only(S, N, D, M, I),
    "stock.open_vial": only(S, N, D),
    "stock.discard_vial": only(S, N, D),
    "stock.extra_dose": only(S, N, D),
    "stock.undo_vial": only(S, N, D),
    "stock.vial_label": only(S, N, D),
    "stock.vial_labels": only(S, N, D),
    "stock.undo": only(S),
    "stock.block": only(S),
    "stock.unblock": only(S),
    "stock.recipients": only(S, D),
    "stock.recipients_csv": only(S, D),
    # certificates
    "certificates.issue": only(R, N, D),
    "certificates.print": only(R, N, D),
    "certificates.of_patient": only(R, N, D),
    "certificates.revoke": only(D),
    "certificates.home": only(R, N, D, M),
    "certificates.day_list": only(R, M),
    "certificates.blank_interview": only(R, N, D),
    "certificates.start_batch": only(R, N, D),
    "certificates.batch": only(R, N, D),
    "certificates.batch_sheets": only(R, N, D),
    "certificates.stop_batch": only(R, N, D),
    # messages
    "messages.home": only(M, R),
    "messages.again": only(M, R),
    "messages.told_by_phone": only(M, R),
    "messages.all_again": only(M),
    "messages.server": only(M),
    "messages.trial": only(M),
    # office
    "office.home": only(M, D, I),
    "office.centre": only(M),
    "office.audit": only(M, I),
    # office_staff
    "office_staff.people": only(M),
    "office_staff.new": only(M),
    "office_staff.member": only(M),
    "office_staff.invite": only(M),
    "office_staff.disable": only(M),
    "office_staff.enable": only(M),
    # office_vaccines
    "office_vaccines.vaccines": only(M, D, I),
    "office_vaccines.add": only(M),
    "office_vaccines.add_box": only(M),
    "office_vaccines.vaccine": only(M, D, I),
    "office_vaccines.change": only(M),
    "office_vaccines.withdraw": only(M),
    "office_vaccines.take_back": only(M),
    "office_vaccines.all_courses": only(M, D, I),
    "office_vaccines.course": only(M, D, I),
    "office_vaccines.new_course": only(M, D),
    "office_vaccines.change_course": only(M, D),
    "office_vaccines.confirm_rules": only(M, D),
    "office_vaccines.confirm_rule": only(M, D),
    "office_vaccines.new_rule": only(M, D),
    "office_vaccines.edit_rule": only(M, D),
    "office_vaccines.replace_rule": only(M, D),
    "office_vaccines.end_rule": only(M, D),
    # office_clinics
    "office_clinics.week": only(M, D, I),
    "office_clinics.new": only(M),
    "office_clinics.preview": only(M),
    "office_clinics.create": only(M),
    "office_clinics.clinic": only(M, D, I),
    "office_clinics.change_opening": only(M),
    "office_clinics.add_places": only(M),
    "office_clinics.remove_places": only(M),
    "office_clinics.close": only(M),
    "office_clinics.settle": only(M),
    "office_clinics.reopen": only(M),
    "office_clinics.call_list": only(M, R, O),
    # office_figures
    "office_figures.day": only(M, I),
    "office_figures.week": only(M, I),
    "office_figures.day_csv": only(M, I),
    "office_figures.week_csv": only(M, I),
    "office_figures.doses_csv": only(M, I),
}


def test_every_route_is_in_the_table_and_marked_as_it_says(app: Flask) -> None:
    found = {name: access_of(name) for name in current_app.view_functions if name != "static"}
    assert found == WHO_MAY


def test_no_address_has_room_for_a_name_or_a_birth_date(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert not {"name", "family", "birth", "birth_on", "phone", "email"} & set(rule.arguments)


def test_a_stranger_is_sent_to_the_sign_in_page(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for endpoint in (name for name, who in WHO_MAY.items() if who != PUBLIC):
        rule = next(app.url_map.iter_rules(endpoint))
        values: dict[str, Any] = dict.fromkeys(rule.arguments, 1)
        with app.test_request_context():
            url = app.url_for(endpoint, **values)
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = app.test_client().open(url, method=method)
        assert answer.status_code == 302, endpoint
        assert "/sign-in" in answer.headers["Location"], endpoint

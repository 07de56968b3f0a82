"""What the doctor says of a machine in good health, and of each thing that can be wrong with it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from vaxcentre import checkup, doctor
from vaxcentre.checkup import Finding, Level
from vaxcentre.extensions import db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GIGABYTE = 1024**3


@pytest.mark.parametrize(
    ("finding", "level", "words"),
    [
        (checkup.check_python((3, 11, 2)), Level.OK, "Python 3.11.2"),
        (checkup.check_python((3, 9, 2)), Level.ERROR, "il faut la version 3.11"),
        (checkup.check_sqlite("3.51.3"), Level.OK, "SQLite 3.51.3"),
        (checkup.check_sqlite("3.40.1"), Level.OK, "avant 3.51.3"),
        (checkup.check_sqlite("3.34.0"), Level.ERROR, "il faut la version 3.35"),
        (checkup.check_library("WeasyPrint", "70.0", (70, 0)), Level.OK, "WeasyPrint 70.0"),
        (checkup.check_library("WeasyPrint", "70.1.2", (70, 0)), Level.OK, "70.1.2"),
        (checkup.check_library("WeasyPrint", "69.9", (70, 0)), Level.ERROR, "il faut 70.0"),
        (checkup.check_library("WeasyPrint", None, (70, 0)), Level.ERROR, "absent"),
        (checkup.check_journal("wal", 2), Level.OK, "synchronous=FULL"),
        (checkup.check_journal("wal", 1), Level.ERROR, "synchronous=1"),
        (checkup.check_journal("delete", 2), Level.ERROR, "disque du réseau"),
        (checkup.check_disk(5 * GIGABYTE), Level.OK, "5120 Mo"),
        (checkup.check_disk(GIGABYTE - 1), Level.ATTENTION, "cette semaine"),
        (checkup.check_disk(1000), Level.ERROR, "avant d’ouvrir"),
        (checkup.check_clock(NOW), Level.OK, "02/03/2026 09:00 UTC"),
        (checkup.check_clock(NOW.replace(year=1970)), Level.ERROR, "réglez l’heure"),
        (checkup.check_clock(NOW.replace(year=2126)), Level.ERROR, "réglez l’heure"),
        (checkup.check_zone("Indian/Reunion"), Level.OK, "Indian/Reunion"),
        (checkup.check_zone("Europe/Paname"), Level.ERROR, "tzdata"),
        (checkup.check_zone("../etc/passwd"), Level.ERROR, "tzdata"),
        (checkup.check_other_clock(NOW, NOW + timedelta(seconds=2)), Level.OK, "2.0 s"),
        (checkup.check_other_clock(NOW, NOW - timedelta(seconds=9)), Level.ATTENTION, "9.0 s"),
        (checkup.check_other_clock(NOW, NOW + timedelta(hours=1)), Level.ERROR, "3600.0 s"),
        (checkup.check_schema({"0002"}, ["0002"]), Level.OK, "0002"),
        (checkup.check_schema({"0001"}, ["0002"]), Level.ERROR, "mettre à jour"),
        (checkup.check_schema((), ["0002"]), Level.ERROR, "mettre à jour"),
    ],
)
def test_it_tells_good_from_bad(finding: Finding, level: Level, words: str) -> None:
    assert finding.level is level
    assert words in finding.sentence


def test_it_finds_our_font_or_misses_it(tmp_path: Path) -> None:
    assert checkup.check_our_font(tmp_path).level is Level.ERROR
    (tmp_path / "Luciole-LICENSE.txt").touch()
    assert checkup.check_our_font(tmp_path).level is Level.ERROR
    (tmp_path / "Luciole-Regular.woff2").touch()
    found = checkup.check_our_font(tmp_path)
    assert found == Finding(Level.OK, "Police Luciole-Regular")


def test_it_finds_the_wide_font_or_misses_it(tmp_path: Path) -> None:
    assert checkup.check_wide_font([tmp_path / "none", tmp_path]).level is Level.ATTENTION
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "DejaVuSans.ttf").touch()
    assert checkup.check_wide_font([tmp_path / "none", tmp_path]).level is Level.OK


def test_it_finds_a_shared_library_or_misses_it() -> None:
    assert checkup.check_shared_library("libpango-1.0.so.0", "x").level is Level.OK
    missing = checkup.check_shared_library("libpango-9.so.9", "libpango-9")
    assert missing.level is Level.ERROR
    assert missing.sentence.endswith("apt-get install libpango-9")
    slow = Finding(Level.ATTENTION, "lent")
    assert checkup.check_shared_library("libpango-9.so.9", "", slow) is slow


def test_it_finds_what_others_can_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    key = tmp_path / "secret_key"
    key.touch(mode=0o600)
    assert [f.level for f in checkup.check_modes(tmp_path)] == [Level.OK]
    key.chmod(0o640)
    tmp_path.chmod(0o755)
    folder, file = checkup.check_modes(tmp_path)
    assert folder.sentence.endswith(f"chmod 0700 {tmp_path}")
    assert file.level is Level.ERROR
    assert file.sentence.endswith(f"chmod 0600 {key}")


def test_a_demo_inside_has_its_own_doctor(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "demo").mkdir(mode=0o755)
    (tmp_path / "demo" / "secret_key").touch(mode=0o644)
    assert [f.level for f in checkup.check_modes(tmp_path)] == [Level.OK]


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Its database is made unreadable, and its folders are counted."""
    return own_app


def sentences(findings: list[Finding]) -> str:
    return "\n".join(f"{level.value} {sentence}" for level, sentence in findings)


def test_a_database_in_order_is_in_order(app: Flask) -> None:
    findings = list(doctor.examine_database(app.config["SQLALCHEMY_DATABASE_URI"]))
    assert {f.level for f in findings} == {Level.OK}, sentences(findings)
    assert "Schéma à jour" in sentences(findings)


def test_it_sees_a_database_of_another_version(app: Flask) -> None:
    with db.engine.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
        connection.commit()
    findings = list(doctor.examine_database(app.config["SQLALCHEMY_DATABASE_URI"]))
    assert "erreur Base à mettre à jour" in sentences(findings)


def test_it_hides_the_password_of_the_database(app: Flask) -> None:
    address = "postgresql+psycopg://max:secret-word@127.0.0.1:9/vaxcentre"
    first = next(doctor.examine_database(address))
    assert "postgresql" in first.sentence
    assert "secret-word" not in first.sentence


def test_it_does_not_make_a_database_by_looking_for_it(app: Flask, tmp_path: Path) -> None:
    absent = tmp_path / "absent.db"
    findings = list(doctor.examine_database(f"sqlite:///{absent}"))
    assert findings[-1].level is Level.ATTENTION
    assert "Pas encore de base" in findings[-1].sentence
    assert not absent.exists()


@pytest.fixture
def healthy(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance folder that only its owner can read, and a machine with fonts."""
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    fonts = tmp_path / "static" / "fonts"
    fonts.mkdir(parents=True)
    fonts.chmod(0o700)
    fonts.parent.chmod(0o700)
    (fonts / "Luciole-Regular.woff2").touch(mode=0o600)
    app.static_folder = str(fonts.parent)
    return tmp_path


def test_the_command_is_content_with_a_healthy_machine(app: Flask, healthy: Path) -> None:
    result = app.test_cli_runner().invoke(doctor.doctor_command)
    assert result.exit_code == 0, result.output
    assert "\nok         WeasyPrint" in result.output


def test_the_command_fails_where_a_key_lies_open(app: Flask, healthy: Path) -> None:
    (healthy / "another_key").touch(mode=0o600)
    (healthy / "another_key").chmod(0o644)
    result = app.test_cli_runner().invoke(doctor.doctor_command)
    assert result.exit_code == 1
    assert f"erreur     {healthy / 'another_key'} est lisible par d’autres comptes" in result.output


def test_the_command_says_that_the_database_does_not_answer(
    app: Flask, healthy: Path, unplugged: Callable[[], None]
) -> None:
    unplugged()
    result = app.test_cli_runner().invoke(doctor.doctor_command)
    assert result.exit_code == 1
    assert "erreur     La base ne répond pas" in result.output


@pytest.fixture
def unplugged(app: Flask) -> Callable[[], None]:
    """Takes the database away from a running application."""

    def unplug() -> None:
        url = db.engine.url
        db.session.remove()
        db.engine.dispose()
        if url.drivername == "sqlite":
            Path(url.database or "").write_bytes(b"this is no database" * 100)
        else:
            server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
            with server.connect() as connection:
                connection.execute(text(f'DROP DATABASE "{url.database}" WITH (FORCE)'))
            server.dispose()

    return unplug

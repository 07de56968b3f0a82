"""The mail server's password, sealed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from vaxcentre import create_app
from vaxcentre.messages.seal import SealBroken, seal, unseal


def test_what_is_sealed_opens_again(app: Flask) -> None:
    sealed = seal("open sésame")
    assert "sésame" not in sealed
    assert unseal(sealed) == "open sésame"
    assert seal("open sésame") != sealed


def test_nothing_stays_nothing(app: Flask) -> None:
    assert seal("") == ""
    assert unseal("") == ""


def test_another_centre_s_key_does_not_open_it(app: Flask, tmp_path: Path) -> None:
    sealed = seal("open sesame")
    other = create_app(INSTANCE=tmp_path / "other", SECRET_KEY=b"another key, of 32 bytes at leas")
    with other.app_context(), pytest.raises(SealBroken):
        unseal(sealed)


def test_a_changed_seal_does_not_open(app: Flask) -> None:
    with pytest.raises(SealBroken):
        unseal(seal("open sesame")[:-4] + "AAAA")

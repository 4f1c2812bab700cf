"""The commands: what they say, and the exit codes 0, 1 and 2."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import __main__ as command_line
from bot import logs
from bot.__main__ import NO_TOKEN
from bot.local_telegram import LocalTelegram
from tests.content.samples import CONTEST, GUIDE, write
from tests.house import ROOT

CONFIG = (ROOT / "config.toml").read_text(encoding="utf-8")

PLACEHOLDERS = (
    "warning: config.toml: department: name, BIN, phone, hours and address are placeholders; put in your own\n"
)
"""What `bot check` says of the config.toml that ships."""


def prepared(folder: Path, config: str = CONFIG, guide: str = GUIDE, contest: str = CONTEST) -> Path:
    """A config.toml whose content and data are in `folder`."""
    write(folder / "content", guide, contest)
    for old, new in (
        ('path = "content"', f'path = "{folder}/content"'),
        ("var/bot.sqlite3", f"{folder}/bot.sqlite3"),
        ('"secrets/keys.json"', f'"{folder}/keys.json"'),
        ('"var/files"', f'"{folder}/files"'),
    ):
        config = config.replace(old, new)
    path = folder / "config.toml"
    path.write_text(config, encoding="utf-8")
    return path


def said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str | Path
) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command, run in this process."""
    for name in [name for name in os.environ if name.startswith("BOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "argv", ["bot", *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        command_line.main()
    out, err = capsys.readouterr()
    code = caught.value.code
    assert isinstance(code, int)
    return code, out, err


def bot(folder: Path, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), **environment},
        timeout=60,
    )


def test_what_ships_has_no_fault(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert said(capsys, monkeypatch, "check") == (0, "config, content and locales: no fault found\n", PLACEHOLDERS)


def test_sound_files_have_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = said(capsys, monkeypatch, "check", "--config", prepared(tmp_path))
    assert (code, out, err) == (0, "config, content and locales: no fault found\n", PLACEHOLDERS)


@pytest.mark.parametrize(
    ("old", "new", "field", "expected"),
    [
        ("owners = []", "owers = []", "people.owers", "Extra inputs are not permitted"),
        ("[calendar]", "[calender]", "calender", "Extra inputs are not permitted"),
        ("owners = []", 'owners = ["nina"]', "people.owners.1", "integer"),
        ("owners = []", "owners = 5", "people.owners", "tuple"),
        ('"https://api.telegram.org"', '"http://api.telegram.org"', "telegram.api_base", "expected an https address"),
        ('"https://api.telegram.org"', '"api.telegram.org"', "telegram.api_base", "expected an https address"),
        ('"https://api.telegram.org"', '"http://localhost.evil.kz"', "telegram.api_base", "expected an https address"),
        ("sqlite+aiosqlite:///var", "not a url: var", "database.url", ""),
        ("sqlite+aiosqlite:///var", "oracle:///var", "database.url", ""),
        ('bin = "991240900000"', 'bin = "12"', "department.bin", "pattern"),
        ('bin = "991240900000"', "bin = 991240900000", "department.bin", "string"),
        ('phone = "+7 7152 00 00 00"', "", "department.phone", "Field required"),
        ('format = "console"', 'format = "xml"', "log.format", "pattern"),
        ('level = "INFO"', 'level = "LOUD"', "log.level", "pattern"),
        ("days_off = []", 'days_off = ["soon"]', "calendar.days_off.1", "date"),
        ('zone = "Asia/Almaty"', 'zone = "Asia/Nowhere"', "words.zone", "Asia/Nowhere"),
        ('languages = ["kk", "ru"]', "languages = []", "words.languages", "at least 1 item"),
        ("[telegram]", "token = 5\n[telegram]", "token", "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_config_is_named(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
    field: str,
    expected: str,
) -> None:
    assert old in CONFIG
    config = prepared(tmp_path, CONFIG.replace(old, new, 1))
    code, out, err = said(capsys, monkeypatch, "check", "--config", config)
    lines = [line for line in err.splitlines() if line.startswith(f"{config}: {field}: ")]
    assert lines, (out, err)
    assert expected in lines[0]
    assert (code, out) == (2, "")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'hours.ru = "понедельник – пятница',
            'hours.en = "понедельник – пятница',
            "department.hours: the text is missing in: ru",
        ),
        ('languages = ["kk", "ru"]', 'languages = ["kk", "ru", "en"]', "en"),
    ],
)
def test_a_missing_language_is_named(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
    expected: str,
) -> None:
    assert old in CONFIG
    code, out, _ = said(capsys, monkeypatch, "check", "--config", prepared(tmp_path, CONFIG.replace(old, new, 1)))
    assert code == 1
    assert expected in out


def test_a_config_that_is_not_toml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = prepared(tmp_path, "[telegram\n")
    code, out, err = said(capsys, monkeypatch, "check", "--config", config)
    assert (code, out) == (2, "")
    assert err.startswith(f"{config}: not TOML: ")
    assert "line 1" in err


def test_a_config_that_is_not_utf_8(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = prepared(tmp_path)
    config.write_bytes(CONFIG.encode("cp1251", errors="replace"))
    code, _, err = said(capsys, monkeypatch, "check", "--config", config)
    assert code == 2
    assert err.startswith(f"{config}: ")


def test_no_config(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "nowhere.toml"
    assert said(capsys, monkeypatch, "check", "--config", config) == (2, "", f"{config}: there is no such file\n")


def test_a_wrong_environment_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = prepared(tmp_path)
    monkeypatch.setattr(sys, "argv", ["bot", "check", "--config", str(config)])
    monkeypatch.setenv("BOT_LOG__LEVEL", "LOUD")
    with pytest.raises(SystemExit) as caught:
        command_line.main()
    assert caught.value.code == 2
    assert "log.level: " in capsys.readouterr().err


def test_a_fault_of_the_content_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = prepared(
        tmp_path,
        guide=GUIDE.replace('next = "end"', 'next = "nowhere"', 1),
        contest=CONTEST.replace('kk = "мақсат", ', "", 1),
    )
    code, out, err = said(capsys, monkeypatch, "check", "--config", config)
    assert (code, err) == (1, PLACEHOLDERS)
    assert f"{tmp_path}/content/guides/first.toml: steps.app.next: there is no step 'nowhere'\n" in out
    assert f"{tmp_path}/content/contests/quiz.toml: consent.purpose: the text is missing in: kk\n" in out
    assert "no fault found" not in out


def test_a_day_that_is_still_to_come_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = prepared(tmp_path, guide=GUIDE.replace("verified = 2026-11-20", "verified = 2999-11-20", 1))
    code, out, err = said(capsys, monkeypatch, "check", "--config", config)
    assert (code, err) == (1, PLACEHOLDERS)
    assert out.startswith(f"{tmp_path}/content/guides/first.toml: verified: 2999-11-20 is still to come: ")


def test_run_without_a_token_is_one_sentence(tmp_path: Path) -> None:
    done = bot(tmp_path, "run", "--config", prepared(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (2, "", NO_TOKEN + "\n")
    assert "@BotFather" in done.stderr
    assert not (tmp_path / "bot.sqlite3").exists()


def test_run_with_a_malformed_token_is_one_sentence(tmp_path: Path) -> None:
    done = bot(tmp_path, "run", "--config", prepared(tmp_path), BOT_TELEGRAM__TOKEN="nonsense")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == command_line.BAD_TOKEN
    assert "nonsense" not in done.stderr


@pytest.mark.parametrize("token", ["123:", ":AAAA", "abc:def", "123 456:AAAA", "123456:AA AA"])
def test_every_malformed_token_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    config = prepared(tmp_path, CONFIG.replace("[telegram]", f'[telegram]\ntoken = "{token}"'))
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    code, out, err = said(capsys, monkeypatch, "run", "--config", config)
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == command_line.BAD_TOKEN


def test_run_with_wrong_content_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = prepared(tmp_path, guide=GUIDE.replace('next = "end"', 'next = "nowhere"', 1))
    config.write_text(config.read_text().replace("[telegram]", '[telegram]\ntoken = "123456:AAAAAAAA"'))
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    code, out, err = said(capsys, monkeypatch, "run", "--config", config)
    assert (code, out) == (2, "")
    assert err.startswith(f"{tmp_path}/content/guides/first.toml: steps.app.next: there is no step 'nowhere'\n")


def test_migrate_makes_the_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = prepared(tmp_path)
    for _ in range(2):
        assert said(capsys, monkeypatch, "migrate", "--config", config)[0] == 0
    assert (tmp_path / "bot.sqlite3").exists()


@pytest.mark.parametrize(
    ("arguments", "link"),
    [
        (["first"], "https://t.me/some_bot?start=g_first"),
        (["first", "--step", "site"], "https://t.me/some_bot?start=g_first-site"),
        (["quiz"], "https://t.me/some_bot?start=c_quiz"),
    ],
)
def test_a_poster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], link: str
) -> None:
    config = prepared(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = said(capsys, monkeypatch, "poster", *arguments, "--bot-username", "@some_bot", "--config", config)
    name = f"poster-{arguments[0]}.pdf"
    assert done == (0, f"{name}: {link}\n", "")
    assert (tmp_path / name).read_bytes().startswith(b"%PDF")


async def test_a_poster_asks_telegram_for_the_bots_name(tmp_path: Path, telegram: LocalTelegram) -> None:
    connection = {"BOT_TELEGRAM__TOKEN": telegram.token, "BOT_TELEGRAM__API_BASE": telegram.url}
    arguments = ("poster", "first", "--out", "new.pdf", "--config", prepared(tmp_path))
    done = await asyncio.to_thread(bot, tmp_path, *arguments, **connection)
    assert (done.returncode, done.stdout, done.stderr) == (0, "new.pdf: https://t.me/test_bot?start=g_first\n", "")
    for wrong, expected in (("1:nonsense", command_line.BAD_TOKEN), ("nonsense", command_line.BAD_TOKEN)):
        done = await asyncio.to_thread(bot, tmp_path, *arguments, **{**connection, "BOT_TELEGRAM__TOKEN": wrong})
        assert (done.returncode, done.stdout, done.stderr) == (2, "", expected + "\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nothing"], "there is no guide or contest 'nothing'; there are: first, quiz\n"),
        (["first", "--step", "nothing"], "there is no step 'nothing' in a guide 'first'\n"),
        (["quiz", "--step", "site"], "there is no step 'site' in a guide 'quiz'\n"),
        (["first"], command_line.NO_USERNAME + "\n"),
        (["first", "--bot-username", "a/b?c"], "a/b?c: not a username of Telegram: 5 to 32 letters, digits and _\n"),
        (["first", "--bot-username", "some_bot", "--out", "no/such/folder.pdf"], "no/such/folder.pdf"),
    ],
)
def test_why_there_is_no_poster(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    expected: str,
) -> None:
    config = prepared(tmp_path)
    monkeypatch.chdir(tmp_path)
    code, out, err = said(capsys, monkeypatch, "poster", *arguments, "--config", config)
    assert (code, out) == (2, "")
    assert expected in err
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_poster_whose_texts_are_too_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = prepared(tmp_path, guide=GUIDE.replace('ru = "О чём"', f'ru = "{"слово " * 490}"'))
    code, _, err = said(capsys, monkeypatch, "poster", "first", "--bot-username", "some_bot", "--config", config)
    assert (code, err) == (2, "first: the texts do not fit on one page\n")


def test_a_guide_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    config = prepared(tmp_path)
    code, out, err = said(capsys, monkeypatch, "guides", "graph", "first", "--config", config)
    assert (code, err) == (0, "")
    assert out.startswith('flowchart TD\n    guide_first(["Нұсқаулық"])\n')
    code, out, _ = said(capsys, monkeypatch, "guides", "graph", "first", "--language", "ru", "--config", config)
    assert out.startswith('flowchart TD\n    guide_first(["Инструкция"])\n')


def test_all_guides_are_drawn_into_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config, out = prepared(tmp_path), tmp_path / "new" / "folder"
    one = said(capsys, monkeypatch, "guides", "graph", "first", "--config", config)[1]
    done = said(capsys, monkeypatch, "guides", "graph", "--all", "--out", out, "--config", config)
    assert done == (0, f"{out / 'first.mmd'}\n", "")
    assert [path.read_text(encoding="utf-8") for path in out.iterdir()] == [one]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nothing"], "there is no guide 'nothing'; there are: first\n"),
        (["first", "--language", "en"], "en: not a language of config.toml\n"),
        (["first", "--all"], "not allowed with argument"),
        ([], "required"),
    ],
)
def test_what_cannot_be_drawn_is_named(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    expected: str,
) -> None:
    config = prepared(tmp_path)
    code, out, err = said(capsys, monkeypatch, "guides", "graph", *arguments, "--config", config)
    assert (code, out) == (2, "")
    assert expected in err


def test_a_fault_of_the_content_keeps_a_command_from_starting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = prepared(tmp_path, guide=GUIDE.replace('next = "end"', 'next = "nowhere"', 1))
    code, out, err = said(capsys, monkeypatch, "guides", "graph", "first", "--config", config)
    assert (code, out) == (2, "")
    assert "first.toml: steps.app.next: there is no step 'nowhere'" in err


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = said(capsys, monkeypatch, "fly")
    assert code == 2
    assert "demo" in err

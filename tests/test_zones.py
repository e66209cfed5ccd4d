"""Zones against countries: people at home pass, the wave's clock does not."""

from __future__ import annotations

import timeit
from datetime import UTC, datetime
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.geo.zones import Fit, offsets, zone_fits

# Names that engines still report, with the country whose people they would put abroad.
OLD_NAMES = {
    "Africa/Asmera": "ER",
    "America/Buenos_Aires": "AR",
    "America/Catamarca": "AR",
    "America/Coral_Harbour": "CA",
    "America/Cordoba": "AR",
    "America/Godthab": "GL",
    "America/Indianapolis": "US",
    "America/Jujuy": "AR",
    "America/Louisville": "US",
    "America/Mendoza": "AR",
    "Asia/Calcutta": "IN",
    "Asia/Katmandu": "NP",
    "Asia/Rangoon": "MM",
    "Asia/Saigon": "VN",
    "Atlantic/Faeroe": "FO",
    "Europe/Kiev": "UA",
    "Pacific/Enderbury": "KI",
    "Pacific/Ponape": "FM",
    "Pacific/Truk": "FM",
}


def zone_tab() -> list[tuple[str, str]]:
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [(row[2], row[0]) for row in rows]


def all_names() -> list[str]:
    return resources.files("tzdata").joinpath("zones").read_text("ascii").split()


@pytest.mark.parametrize("country", ["DE", "SE", "NL", "US", "AT", "PL", "LU", "FR", "CH"])
def test_the_wave_is_abroad_in_each_of_its_nine_countries(country: str) -> None:
    assert zone_fits("Europe/Moscow", country) is Fit.ABROAD


def test_the_waves_tenth_country_kept_its_own_clock() -> None:
    assert zone_fits("Asia/Jakarta", "ID") is Fit.OWN


@pytest.mark.parametrize(("timezone", "country"), OLD_NAMES.items())
def test_old_names_are_at_home(timezone: str, country: str) -> None:
    assert zone_fits(timezone, country) in {Fit.OWN, Fit.SAME_OFFSET}


def test_the_old_names_of_the_largest_countries_are_their_own() -> None:
    for timezone in ("Asia/Calcutta", "Europe/Kiev", "Asia/Saigon", "Asia/Katmandu", "Asia/Rangoon"):
        assert zone_fits(timezone, OLD_NAMES[timezone]) is Fit.OWN


def test_every_pair_of_zone_tab_is_own() -> None:
    assert [pair for pair in zone_tab() if zone_fits(*pair) is not Fit.OWN] == []


def test_every_name_of_tzdata_is_known_everywhere() -> None:
    assert [name for name in all_names() if zone_fits(name, "DE") is Fit.UNKNOWN] == []
    assert [name for name in all_names() if offsets(name, 2026) is None] == []


def test_a_country_is_given_in_any_case() -> None:
    assert zone_fits("Europe/Berlin", "de") is Fit.OWN


@pytest.mark.parametrize(
    ("timezone", "country"),
    [
        ("Europe/Paris", "DE"),
        ("Europe/Oslo", "SE"),
        ("Africa/Lagos", "CM"),
        ("Asia/Singapore", "MY"),
        ("Etc/GMT-3", "RU"),
    ],
)
def test_another_countrys_zone_with_the_same_time_is_plausible(timezone: str, country: str) -> None:
    assert zone_fits(timezone, country) in {Fit.OWN, Fit.SAME_OFFSET}


@pytest.mark.parametrize(
    ("timezone", "country"),
    [
        ("Europe/Moscow", "FI"),  # the same in summer only
        ("Africa/Algiers", "DE"),  # the same in winter only
        ("Europe/London", "FR"),
        ("America/Sao_Paulo", "PT"),
        ("Etc/GMT-3", "DE"),
    ],
)
def test_neither_an_hour_nor_a_border_is_forgiven(timezone: str, country: str) -> None:
    assert zone_fits(timezone, country) is Fit.ABROAD


@pytest.mark.parametrize(
    "timezone", ["UTC", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Universal", "GMT", "Etc/GMT", "Etc/GMT+0"]
)
@pytest.mark.parametrize("country", ["DE", "US", "IS", "GB", "ZZ", ""])
def test_utc_is_neutral_everywhere(timezone: str, country: str) -> None:
    assert zone_fits(timezone, country) is Fit.NEUTRAL


def test_the_privacy_browsers_zone_is_neutral_outside_its_country() -> None:
    assert zone_fits("Atlantic/Reykjavik", "DE") is Fit.NEUTRAL
    assert zone_fits("Atlantic/Reykjavik", "IS") is Fit.OWN


def test_crimea_and_kosovo() -> None:
    assert zone_fits("Europe/Simferopol", "RU") is Fit.OWN
    assert zone_fits("Europe/Simferopol", "UA") is Fit.OWN
    assert zone_fits("Europe/Belgrade", "XK") is Fit.OWN


@pytest.mark.parametrize(
    "timezone", ["", "Mars/Olympus", "europe/berlin", "../../etc/passwd", "Europe", "\ud800", "x" * 9999, "\0"]
)
def test_no_such_zone(timezone: str) -> None:
    assert zone_fits(timezone, "DE") is Fit.UNKNOWN
    assert offsets(timezone, 2026) is None


@pytest.mark.parametrize("country", ["", "ZZ", "EU", "\ud800", "ß", "Germany"])
def test_a_country_without_zones(country: str) -> None:
    assert zone_fits("Europe/Berlin", country) is Fit.UNKNOWN


@given(
    st.text() | st.sampled_from(all_names()), st.text(max_size=4) | st.sampled_from(["DE", "ru", "IS"]), st.integers()
)
def test_nothing_raises(timezone: str, country: str, year: int) -> None:
    assert isinstance(zone_fits(timezone, country), Fit)
    found = offsets(timezone, year)
    assert found is None or all(-24 * 60 < minutes < 24 * 60 for minutes in found)


@pytest.mark.parametrize(
    ("timezone", "expected"),
    [
        ("Europe/Berlin", (-60, -120)),
        ("Europe/Moscow", (-180, -180)),
        ("America/New_York", (300, 240)),
        ("Asia/Calcutta", (-330, -330)),
        ("Asia/Katmandu", (-345, -345)),
        ("Australia/Lord_Howe", (-660, -630)),
        ("America/Sao_Paulo", (180, 180)),
        ("UTC", (0, 0)),
        ("Etc/GMT+3", (180, 180)),
    ],
)
def test_offsets_have_javascripts_sign(timezone: str, expected: tuple[int, int]) -> None:
    assert offsets(timezone, 2026) == expected


@pytest.mark.parametrize("year", [-1, 0, 10_000, 10**30])
def test_a_year_that_the_calendar_has_not(year: int) -> None:
    assert offsets("Europe/Berlin", year) is None


def test_the_table_is_for_about_now() -> None:
    year = datetime.now(UTC).year
    assert offsets("Europe/Berlin", year) == (-60, -120)


def test_a_repeated_question_costs_under_a_microsecond() -> None:
    zone_fits("Europe/Moscow", "DE")
    best = min(timeit.repeat(lambda: zone_fits("Europe/Moscow", "DE"), number=10_000, repeat=5)) / 10_000
    assert best < 1e-6 * 5, "five times the target: shared machines are noisy"

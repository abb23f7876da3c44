"""Units by the service's definitions: spelled, converted, refused; and equal to what pint says."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bimplus_nb as bp
from bimplus_nb.frames import Units, units_frame
from bimplus_nb.frames.units import folded, in_name
from bimplus_nb.project import Project

# What pint calls some of the service's units. Money, decibels and degrees Celsius are no multiples of anything in it.
PINT = {"a": "year", "h": "hour", "d": "day", "t": "metric_ton", "l": "liter", "l/s": "liter/s", "m³/h": "m**3/hour",
        "W/(m²K)": "W/(m**2*K)", "°": "degree", "%": "percent", "1": "dimensionless", "lx": "lux", "min": "minute",
        "rad": "radian", "g": "gram"}  # fmt: skip
ALONE = {"EUR", "EUR/m²", "°C", "dB"}


@pytest.fixture(scope="module")
def units(project: Project) -> pd.DataFrame:
    return project.units()


@pytest.fixture(scope="module")
def known(units: pd.DataFrame) -> Units:
    found: Units = units.attrs["unit_definitions"]
    return found


def frame(known: Units, **columns: str) -> pd.DataFrame:
    made = pd.DataFrame({name: [1.0, 2.5] for name in columns}, index=["w1", "w2"])
    made.attrs = {
        "units": columns,
        "attributes": {name: f"id of {name}" for name in columns},
        "unit_definitions": known,
    }
    return made


def test_every_conversion_is_as_pint_says(known: Units) -> None:
    registry: Any = pint.UnitRegistry()
    theirs = {symbol: registry(PINT.get(symbol, symbol.replace("²", "**2").replace("³", "**3")))
              for symbol in known if symbol not in ALONE}  # fmt: skip
    checked = 0
    for unit, one in theirs.items():
        for to, other in theirs.items():
            # To pint an angle and a share are bare numbers; the service keeps them apart.
            if known[unit][1] == known[to][1]:
                ratio = (1 * one / other).to_base_units()
                assert ratio.dimensionless
                assert known.factor(unit, to) == pytest.approx(ratio.magnitude, rel=1e-12), (unit, to)
                checked += unit != to
            else:
                with pytest.raises(ValueError, match="cannot be"):
                    known.factor(unit, to)
    assert len(theirs) > 35
    assert checked > 50


@pytest.mark.parametrize(
    ("spelling", "symbol"),
    [
        ("m3", "m³"), ("m^3", "m³"), ("m**3", "m³"), ("㎥", "m³"), ("cbm", "m³"), (" m² ", "m²"), ("qm", "m²"),
        ("W/m2K", "W/(m²K)"), ("W/(m^2·K)", "W/(m²K)"), ("m3/h", "m³/h"), ("€", "EUR"), ("℃", "°C"), ("L", "l"),
        ("MM", None), ("furlong", None), ("", None), ("²", None),
    ],
)  # fmt: skip
def test_spellings(known: Units, spelling: str, symbol: str | None) -> None:
    assert known.find(spelling) == symbol


def test_a_column_is_converted_and_renamed(known: Units) -> None:
    table = frame(known, volume_m3="m³", length_m="m", length="mm", u_value="W/(m²K)")
    made = bp.convert(table, volume="l", length_m="cm", length="m")
    assert list(made.columns) == ["volume_l", "length_cm", "length_m", "u_value"]
    assert made.iloc[1].tolist() == [2500.0, 250.0, 0.0025, 2.5]
    assert made.attrs["units"] == {"volume_l": "l", "length_cm": "cm", "length_m": "m", "u_value": "W/(m²K)"}
    assert made.attrs["attributes"]["volume_l"] == "id of volume_m3"
    assert list(table.columns) == ["volume_m3", "length_m", "length", "u_value"]
    assert table["volume_m3"].tolist() == [1.0, 2.5]
    back = bp.convert(made, volume="m3")
    assert back["volume_m3"].tolist() == [1.0, 2.5]
    whole = frame(known, diameter="mm").round().astype({"diameter": "Int64"})
    assert bp.convert(whole, diameter="cm")["diameter_cm"].tolist() == [0.1, 0.2]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"volume": "m2"}, r"m³ cannot be m2: one is m³ in base units, the other m²"),
        ({"volume": "mm"}, "cannot be mm"),
        ({"volume": "furlong"}, "There is no unit 'furlong'. There are: "),
        ({"temperature": "K"}, "°C cannot be K"),
        ({"name": "m"}, "The column 'name' has no unit"),
        ({"word_m": "mm"}, "The column 'word_m' holds no numbers"),
        ({"volume": "l"}, "There would be two columns 'volume_l'"),
        ({"vol": "l"}, "There is no column 'vol'. There are: volume"),
        ({"width_m": "mm", "width_cm": "mm"}, "There would be two columns 'width_mm'"),
    ],
)
def test_what_makes_no_sense_is_refused(known: Units, wanted: dict[str, str], why: str) -> None:
    table = frame(known, volume_m3="m³", temperature="°C", width_m="m", width_cm="cm")
    table = table.assign(name="x", word_m="y", volume_l=0.0)
    table.attrs["units"]["word_m"] = "m"
    with pytest.raises(ValueError, match=why):
        bp.convert(table, **wanted)


def test_a_frame_that_has_lost_its_units_takes_the_projects(known: Units, units: pd.DataFrame) -> None:
    bare = pd.DataFrame({"volume_m3": [1.0], "name": ["x"]})
    with pytest.raises(ValueError, match=r"give project\.units\(\)"):
        bp.convert(bare, volume="l")
    assert bp.convert(bare, units, volume="l")["volume_l"].tolist() == [1000.0]
    stored = frame(known, volume_m3="m³")
    stored.attrs = json.loads(json.dumps(stored.attrs))
    assert bp.convert(stored, volume="l")["volume_l"].tolist() == [1000.0, 2500.0]


def test_definitions_that_cannot_be_followed_convert_nothing() -> None:
    def unit(id_: str, symbol: str | None, *parts: dict[str, Any]) -> dict[str, Any]:
        return {"id": id_, "unit": symbol, "baseunits": list(parts)}

    def of(id_: str, factor: Any = 1, power: Any = 1) -> dict[str, Any]:
        return {"baseunitid": id_, "ufactor": factor, "upower": power}

    records: list[dict[str, Any]] = [
        unit("m", "m"), unit("cm", "cm", of("M", "0,01")), unit("m2", "m²", of("cm", 100, 2), of("cm", 1, 0)),
        unit("x", "x", of("y")), unit("y", "y", of("x")), unit("z", "z", of("nowhere")),
        unit("huge", "huge", of("cm", 1e300, -99)), unit("zero", "zero", of("m", 0)),
        unit("odd", "odd", of("m", 1, 0.5)), unit("nan", "nan", of("m", math.nan)), unit("none", None),
        unit("one", "twin", of("m", 2)), unit("two", "twin", of("m", 3)), {"unit": "no id"},
        {"id": "what", "unit": "what", "baseunits": ["m"]}, {"id": "more", "unit": "more", "baseunits": "m"},
    ]  # fmt: skip
    found = Units.of(records)
    assert found.keys() == {"m", "cm", "m²"}
    assert found["cm"] == (0.01, {"m": 1})
    assert found["m²"] == (pytest.approx(0.01), {"m": 2})
    table = units_frame(records)
    assert table.loc["cm", ["factor", "base"]].tolist() == [0.01, "m"]
    assert table.loc[["x", "huge", "odd"], "factor"].isna().all()


@given(st.text(max_size=30))
def test_no_symbol_breaks_a_spelling(symbol: str) -> None:
    assert not set(folded(symbol)) & set(" ^*()")
    assert " " not in in_name(symbol)
    assert Units({"m": (1.0, {"m": 1})}).find(symbol) in (None, "m")

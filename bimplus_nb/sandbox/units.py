"""Units of measurement, each told as a product of base units. Source: Bimplus documentation, Unit Service.

The documents show mm as ``{baseunitid: m, ufactor: 0.001, upower: 1}``. So a unit is read as the product of
``ufactor * baseunit ** upower`` over its `baseunits` in the order of `usequence`, and a value in the base units as
the value times all its factors. A factor cannot say where a scale begins or that it is logarithmic: °C and dB stand for
themselves.
"""

from __future__ import annotations

from math import pi

from bimplus_nb.sandbox.catalogue import stable_id
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record

_DOCUMENTED = {
    "m": "7be3452a-47f9-4fd8-bd94-ef6c967d684e",
    "mm": "f99f40cf-da64-4c4f-8434-cb90722ba485",
    "kg": "3b871b65-516e-4e7e-a35f-faa7501d5d0d",
    "EUR": "85fae1e9-5774-4bce-9831-911c8ff0d6b2",
    "W/(m²K)": "32ef9505-baa6-4598-b372-8e050aef57d4",
}

# symbol: name, kind, factor, and powers of base units; a unit without powers is a base unit itself
_UNITS: dict[str, tuple[str, str, float, dict[str, int]]] = {
    "m": ("Metre", "LENGTHUNIT", 1, {}),
    "kg": ("Kilogram", "MASSUNIT", 1, {}),
    "s": ("Second", "TIMEUNIT", 1, {}),
    "A": ("Ampere", "ELECTRICCURRENTUNIT", 1, {}),
    "K": ("Kelvin", "THERMODYNAMICTEMPERATUREUNIT", 1, {}),
    "cd": ("Candela", "LUMINOUSINTENSITYUNIT", 1, {}),
    "rad": ("Radian", "PLANEANGLEUNIT", 1, {}),
    "1": ("One", "RATIOUNIT", 1, {}),
    "EUR": ("Currency", "CURRENCYUNIT", 1, {}),
    "°C": ("Degree Celsius", "THERMODYNAMICTEMPERATUREUNIT", 1, {}),
    "dB": ("Decibel", "SOUNDPRESSUREUNIT", 1, {}),
    "mm": ("mm", "LENGTHUNIT", 0.001, {"m": 1}),
    "cm": ("Centimetre", "LENGTHUNIT", 0.01, {"m": 1}),
    "km": ("Kilometre", "LENGTHUNIT", 1000, {"m": 1}),
    "mm²": ("Square millimetre", "AREAUNIT", 1e-6, {"m": 2}),
    "m²": ("Square metre", "AREAUNIT", 1, {"m": 2}),
    "mm³": ("Cubic millimetre", "VOLUMEUNIT", 1e-9, {"m": 3}),
    "l": ("Litre", "VOLUMEUNIT", 0.001, {"m": 3}),
    "m³": ("Cubic metre", "VOLUMEUNIT", 1, {"m": 3}),
    "g": ("Gram", "MASSUNIT", 0.001, {"kg": 1}),
    "t": ("Tonne", "MASSUNIT", 1000, {"kg": 1}),
    "kg/m³": ("Kilogram per cubic metre", "MASSDENSITYUNIT", 1, {"kg": 1, "m": -3}),
    "min": ("Minute", "TIMEUNIT", 60, {"s": 1}),
    "h": ("Hour", "TIMEUNIT", 3600, {"s": 1}),
    "d": ("Day", "TIMEUNIT", 86_400, {"s": 1}),
    "a": ("Year", "TIMEUNIT", 31_557_600, {"s": 1}),
    "Hz": ("Hertz", "FREQUENCYUNIT", 1, {"s": -1}),
    "m/s": ("Metre per second", "LINEARVELOCITYUNIT", 1, {"m": 1, "s": -1}),
    "m³/s": ("Cubic metre per second", "VOLUMETRICFLOWRATEUNIT", 1, {"m": 3, "s": -1}),
    "m³/h": ("Cubic metre per hour", "VOLUMETRICFLOWRATEUNIT", 1 / 3600, {"m": 3, "s": -1}),
    "l/s": ("Litre per second", "VOLUMETRICFLOWRATEUNIT", 0.001, {"m": 3, "s": -1}),
    "N": ("Newton", "FORCEUNIT", 1, {"kg": 1, "m": 1, "s": -2}),
    "kN": ("Kilonewton", "FORCEUNIT", 1000, {"kg": 1, "m": 1, "s": -2}),
    "Pa": ("Pascal", "PRESSUREUNIT", 1, {"kg": 1, "m": -1, "s": -2}),
    "W": ("Watt", "POWERUNIT", 1, {"kg": 1, "m": 2, "s": -3}),
    "kW": ("Kilowatt", "POWERUNIT", 1000, {"kg": 1, "m": 2, "s": -3}),
    "kWh": ("Kilowatt hour", "ENERGYUNIT", 3.6e6, {"kg": 1, "m": 2, "s": -2}),
    "W/(m²K)": ("Watt_per_square_meter_per_Kelvin", "THERMALTRANSMITTANCEUNIT", 1, {"kg": 1, "s": -3, "K": -1}),
    "V": ("Volt", "ELECTRICVOLTAGEUNIT", 1, {"kg": 1, "m": 2, "s": -3, "A": -1}),
    "lx": ("Lux", "ILLUMINANCEUNIT", 1, {"cd": 1, "m": -2}),
    "°": ("Degree", "PLANEANGLEUNIT", pi / 180, {"rad": 1}),
    "%": ("Per cent", "RATIOUNIT", 0.01, {"1": 1}),
    "EUR/m²": ("Euro per square metre", "CURRENCYUNIT", 1, {"EUR": 1, "m": -2}),
}


def unit_id(symbol: str) -> str:
    return _DOCUMENTED.get(symbol) or stable_id("unit", symbol)


def seed(store: Store) -> None:
    """The service's own units, base units first."""
    for symbol, (name, kind, factor, powers) in _UNITS.items():
        parts = [
            {"baseunitid": unit_id(base), "usequence": place, "ufactor": factor if place == 1 else 1, "upower": power}
            for place, (base, power) in enumerate(powers.items(), 1)
        ]
        store.add(
            "unit",
            {
                "id": unit_id(symbol),
                "name": name,
                "description": f"{'unit' if parts else 'base unit'} {symbol}",
                "unit": symbol,
                "contextUnitType": kind,
                "baseunits": parts,
                "team": None,
            },
        )


def shown(unit: Record) -> Record:
    """A unit as it is answered. Its symbol is called `unit` in the documents' lists, `symbol` where one is made."""
    record = {name: unit[name] for name in ("unit", "contextUnitType", "baseunits", "id", "name", "description")}
    return {**record, "symbol": unit["unit"]}

"""The palette: few colours, light render and exposed concrete against timber and dark steel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Material:
    """What something is made of. `color` is 0xAARRGGBB, `density` kg/m³, `cost` EUR/m³ as built."""

    name: str
    color: int
    density: float
    cost: float


CONCRETE = Material("Concrete C30/37", 0xFFC9C6C0, 2400, 420)
FAIR_FACED = Material("Fair-faced concrete", 0xFFD3D0CA, 2400, 560)
FOUNDATION = Material("Concrete C25/30", 0xFFB5B2AC, 2400, 310)
PRECAST = Material("Precast concrete", 0xFFDAD6CE, 2400, 980)
RENDER = Material("Masonry, insulated, rendered", 0xFFF1ECE3, 900, 640)
PLASTER = Material("Gypsum board on studs", 0xFFF5F3EE, 450, 780)
GLAZED_PARTITION = Material("Glass partition", 0x60B4CCD6, 2500, 9000)
TIMBER = Material("Larch", 0xFFA8845A, 590, 4200)
CLADDING = Material("Larch cladding", 0xFFB8966A, 590, 2600)
OAK = Material("Oak", 0xFFC6A273, 700, 5200)
DECK = Material("Larch decking", 0xFFBFA27C, 590, 2400)
GLASS = Material("Insulating glass", 0x509EBDCC, 2500, 11000)
STEEL = Material("Steel, dark coated", 0xFF454B52, 7850, 24000)
ALUMINIUM = Material("Aluminium, natural", 0xFFB7BCC0, 2700, 21000)
LACQUER = Material("Steel door, lacquered", 0xFF8C949A, 7850, 9000)
GREEN_ROOF = Material("Extensive planting", 0xFF93A37E, 1100, 480)
GRAVEL = Material("Gravel", 0xFFCFCAC0, 1700, 120)
PAVING = Material("Granite paving", 0xFFDEDAD2, 2700, 900)
LAWN = Material("Lawn", 0xFFA9B68F, 1500, 90)
WATER = Material("Water", 0xFFA3BCC6, 1000, 0)
BARK = Material("Trunk", 0xFF7B6A58, 800, 0)
LEAVES = Material("Crown", 0xFF8A9E70, 5, 0)
CARPET = Material("Carpet", 0xFF9EA6AB, 600, 2200)
STONE = Material("Terrazzo", 0xFFD6D1C6, 2300, 3900)
TILE = Material("Ceramic tile", 0xFFBFCBCB, 2200, 3600)
PARQUET = Material("Oak parquet", 0xFFCDAE83, 700, 3800)
SCREED = Material("Sealed screed", 0xFFB9B9B6, 2100, 900)
DESKTOP = Material("Linoleum desk top", 0xFFE7E2D8, 900, 3200)
FABRIC = Material("Wool fabric, slate", 0xFF55626C, 120, 3800)
FABRIC_WARM = Material("Wool fabric, terracotta", 0xFFB4694B, 120, 3800)
FABRIC_GREEN = Material("Wool fabric, sage", 0xFF8A9A85, 120, 3800)
CERAMIC = Material("Sanitary ceramic", 0xFFF6F6F3, 2300, 14000)
GALVANISED = Material("Galvanised steel", 0xFFBAC3C9, 7850, 9000)
EXTRACT = Material("Galvanised steel, extract air", 0xFFA7A99B, 7850, 9000)
COPPER = Material("Copper, heating", 0xFFB8735A, 8930, 38000)
CHILLED = Material("Steel, insulated, chilled water", 0xFF7F9FB5, 2100, 16000)
DRAIN = Material("Cast iron, drainage", 0xFF7A6A62, 7200, 15000)
SPRINKLER = Material("Steel, sprinkler", 0xFFA8504A, 7850, 18000)
SILICON = Material("Photovoltaic glass", 0xFF33445A, 2500, 24000)
LAMP = Material("Opal diffuser", 0xFFFBF8EE, 300, 9000)
UNIT = Material("Sheet steel housing", 0xFFD4D7D8, 350, 6200)
EQUIPMENT = Material("Equipment", 0xFF8FA3AE, 600, 5200)

ROOM_COLORS = {
    "Office": 0x40A9C3D6,
    "Meeting": 0x40E0B884,
    "Circulation": 0x40D8D5CC,
    "Stair": 0x40C6C2B8,
    "Sanitary": 0x4096C5BF,
    "Kitchen": 0x40D9A58E,
    "Lobby": 0x40E8D9A8,
    "Café": 0x40D9A58E,
    "Technical": 0x40A9A5B8,
    "Storage": 0x40B8B0A4,
}


def air(usage: str) -> Material:
    """What a room's volume is drawn with."""
    return Material("Air", ROOM_COLORS[usage], 1.2, 0)


_FLOORS = {
    "Office": CARPET,
    "Meeting": PARQUET,
    "Circulation": STONE,
    "Stair": STONE,
    "Lobby": STONE,
    "Café": PARQUET,
    "Sanitary": TILE,
    "Kitchen": TILE,
}


def floor_finish(usage: str) -> Material:
    """What lies on a room's floor."""
    return _FLOORS.get(usage, SCREED)

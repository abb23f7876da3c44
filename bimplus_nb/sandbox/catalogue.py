"""What kinds of things there are: layers, element types and attributes, each with an id that never changes.

Layer ids and the ids of Wall, Column, Chimney, GeometryObject and the IFC GlobalId attribute are the service's own
(source: published JavaScript renderer 1.8.17; Bimplus documentation, Element Type Service and Object Service). The
rest of the service's catalogue is not published, so those ids are derived from the names here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

from bimplus_nb.sandbox.content import Attribute, Control, ElementType, Layer, ValueType

NAMESPACE = UUID("6f0c5a1e-3d0b-5f7e-9a44-1f0a7b5c2d11")


def stable_id(*words: str) -> str:
    """The id that belongs to these words, the same in every run."""
    return str(uuid5(NAMESPACE, "/".join(words)))


LAYERS: tuple[Layer, ...] = (
    Layer("0f106af0-a919-44c5-b211-15bd5ef620b6", "ID_BuildingModel", "/1/"),
    Layer("09e623d4-1e12-4a77-b358-ea1d0b28e4a7", "ID_RoomModel", "/2/"),
    Layer("30114b52-bc05-47c1-80b5-c7d5485d5840", "ID_FinishModel", "/3/"),
    Layer("dd5cc7d0-72fe-46aa-ba62-dcd86729bd2f", "ID_ReinforcementModel", "/4/"),
    Layer("d625ce34-b38c-4c97-b663-3e4f26e301c8", "ID_SteelDesignModel", "/6/"),
    Layer("11555f6f-10ec-4180-88b3-699738c079c3", "ID_DoorWindowModel", "/7/"),
    Layer("5e02d86b-bd3f-4541-9c99-21f98443e1be", "ID_InventoryModel", "/8/"),
    Layer("30114b52-bc05-47c1-80b5-c7d5485d5831", "ID_GeneralModel", "/9/"),
    Layer("d5106d4d-0eba-4d20-86bd-7fe56f33fc76", "ID_CommonMEPModel", "/12/"),
    Layer("77bd3263-233f-4698-b4ed-dc29569cfb2e", "ID_ElectricalModel", "/15/"),
)

_LAYER = {layer.name.removeprefix("ID_").removesuffix("Model"): layer for layer in LAYERS}

_DOCUMENTED = {
    "Wall": "10074eef-9418-4d64-9c6d-23932835a7f1",
    "Column": "2e308afe-d078-4c20-b53c-76b2da66d848",
    "Chimney": "e504f24c-e643-452b-b901-6a18883dc7e9",
    "GeometryObject": "5a8a8670-cb9f-4f04-a467-04a9e416a6d0",
}

# layer: type, name for people, category below the layer's, and the IFC classes it stands for (the first is its own)
_TYPES: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "Building": (
        ("Wall", "Wall", "10/1/", "IfcWall IfcWallStandardCase IfcWallElementedCase"),
        ("Column", "Column", "10/2/", "IfcColumn IfcColumnStandardCase"),
        ("Beam", "Beam", "10/3/", "IfcBeam IfcBeamStandardCase"),
        ("Slab", "Slab", "10/4/", "IfcSlab IfcSlabStandardCase IfcSlabElementedCase"),
        ("Foundation", "Foundation", "10/5/", "IfcFooting IfcPile IfcDeepFoundation IfcCaissonFoundation"),
        ("Stair", "Stair", "10/6/", "IfcStair IfcStairFlight"),
        ("Ramp", "Ramp", "10/7/", "IfcRamp IfcRampFlight"),
        ("Chimney", "Chimney", "10/8/", "IfcChimney"),
        ("Roof", "Roof", "10/9/", "IfcRoof"),
        ("Railing", "Railing", "10/10/", "IfcRailing"),
        ("CurtainWall", "Curtain wall", "10/11/", "IfcCurtainWall"),
        ("Plate", "Plate", "10/12/", "IfcPlate IfcPlateStandardCase"),
        ("Shading", "Shading device", "10/13/", "IfcShadingDevice"),
        ("Lift", "Lift", "10/14/", "IfcTransportElement"),
        ("GeometryObject", "3D object", "30/4/", "IfcBuildingElementProxy IfcProxy"),
    ),
    "Room": (("Room", "Room", "1/", "IfcSpace IfcSpatialZone IfcZone"),),
    "Finish": (("Covering", "Covering", "1/", "IfcCovering IfcSurfaceFeature"),),
    "Reinforcement": (
        ("ReinforcingBar", "Reinforcing bar", "1/", "IfcReinforcingBar IfcReinforcingElement"),
        ("ReinforcingMesh", "Reinforcing mesh", "2/", "IfcReinforcingMesh"),
        ("Tendon", "Tendon", "3/", "IfcTendon IfcTendonAnchor IfcTendonConduit"),
    ),
    "SteelDesign": (
        ("Member", "Member", "1/", "IfcMember IfcMemberStandardCase"),
        ("Fastener", "Fastener", "2/", "IfcFastener IfcMechanicalFastener IfcDiscreteAccessory IfcElementAssembly"),
    ),
    "DoorWindow": (
        ("Window", "Window", "1/", "IfcWindow IfcWindowStandardCase"),
        ("Door", "Door", "2/", "IfcDoor IfcDoorStandardCase"),
    ),
    "Inventory": (
        (
            "Furniture",
            "Furniture",
            "1/",
            "IfcFurniture IfcFurnishingElement IfcSystemFurnitureElement IfcFurnitureElement",
        ),
    ),
    "General": (
        ("Terrain", "Terrain", "1/", "IfcSite IfcGeographicElement IfcCivilElement IfcEarthworksElement"),
        ("Planting", "Planting", "2/", "IfcVirtualElement"),
    ),
    "CommonMEP": (
        ("Duct", "Duct", "1/", "IfcDuctSegment"),
        ("DuctFitting", "Duct fitting", "2/", "IfcDuctFitting IfcDuctSilencer"),
        ("AirTerminal", "Air terminal", "3/", "IfcAirTerminal IfcAirTerminalBox IfcDamper"),
        ("AirHandlingUnit", "Air handling unit", "4/", "IfcUnitaryEquipment IfcFan IfcAirToAirHeatRecovery IfcChiller"),
        ("Pipe", "Pipe", "5/", "IfcPipeSegment IfcFlowSegment IfcDistributionFlowElement"),
        ("PipeFitting", "Pipe fitting", "6/", "IfcPipeFitting IfcFlowFitting IfcValve IfcFlowController"),
        ("SanitaryTerminal", "Sanitary terminal", "7/", "IfcSanitaryTerminal IfcFlowTerminal IfcWasteTerminal"),
        (
            "Equipment",
            "Equipment",
            "8/",
            "IfcBoiler IfcTank IfcPump IfcSpaceHeater IfcHeatExchanger IfcEnergyConversionDevice IfcFlowMovingDevice "
            "IfcFlowStorageDevice IfcFlowTreatmentDevice IfcDistributionElement IfcFireSuppressionTerminal",
        ),
    ),
    "Electrical": (
        ("CableTray", "Cable tray", "1/", "IfcCableCarrierSegment IfcCableCarrierFitting IfcCableSegment"),
        ("DistributionBoard", "Distribution board", "2/", "IfcElectricDistributionBoard IfcDistributionControlElement"),
        ("Luminaire", "Luminaire", "3/", "IfcLightFixture IfcLamp IfcOutlet IfcSwitchingDevice"),
        ("SolarPanel", "Solar panel", "4/", "IfcSolarDevice"),
    ),
}

ELEMENT_TYPES: tuple[ElementType, ...] = tuple(
    ElementType(
        id=_DOCUMENTED.get(type_, stable_id("element type", type_)),
        type=type_,
        category=_LAYER[layer].category + category,
        name=name,
        ifc_type=classes.split()[0],
        layer=_LAYER[layer].id,
    )
    for layer, rows in _TYPES.items()
    for type_, name, category, classes in rows
)

TYPES: Mapping[str, ElementType] = MappingProxyType({each.type: each for each in ELEMENT_TYPES})

_OF_IFC_CLASS = {
    ifc: TYPES[type_]
    for rows in _TYPES.values()
    for type_, _name, _category, classes in rows
    for ifc in classes.split()
}


def element_type(ifc_class: str) -> ElementType:
    """The element type that stands for an IFC class ("IfcWallStandardCase" -> Wall); a 3D object where none does."""
    return _OF_IFC_CLASS.get(ifc_class, TYPES["GeometryObject"])


GLOBAL_ID = "93027bad-df91-48ee-a0bb-60a8184cddba"
"""Attribute that holds an object's IFC GlobalId. Source: published JavaScript SDK 1.0.56."""

FIRE_RATINGS = ("F0", "F30", "F60", "F90", "F120")

ELEMENT = "Pset_ElementCommon"
SPACE = "Pset_SpaceCommon"
CONCRETE = "Pset_ConcreteElementGeneral"
MAKER = "Pset_ManufacturerOccurrence"
DUCT = "Pset_DuctSegmentTypeCommon"
PIPE = "Pset_PipeSegmentTypeCommon"
COST = "Cost planning"


def _choice(*values: str) -> str:
    return ";".join(f"{value}|{value}" for value in values)


def _attribute(
    group: str, name: str, type_: ValueType = "string", unit: str = "", description: str = "", **rest: Any
) -> Attribute:
    control: Control = "textbox"
    if type_ == "boolean":
        control = "checkbox"
    elif type_ == "datetime":
        control = "datepicker"
    elif "enumeration" in rest:
        control = "enumeration"
    rest = {"id": stable_id("attribute", group, name), "control": control, **rest}
    return Attribute(name=name, group=group, type=type_, unit=unit, description=description, **rest)


# Names of the service's own groups are lower case on the wire, those of free attributes are as people wrote them.
ATTRIBUTES: tuple[Attribute, ...] = (
    _attribute("general", "name"),
    _attribute("general", "description"),
    _attribute("element", "layer", changeable=False),
    _attribute("element", "model", changeable=False),
    _attribute("element", "material"),
    _attribute("quantity", "length", "double", "mm", decimal=0, minimum=0),
    _attribute("quantity", "width", "double", "mm", decimal=0, minimum=0),
    _attribute("quantity", "height", "double", "mm", decimal=0, minimum=0),
    _attribute("quantity", "thickness", "double", "mm", decimal=0, minimum=0),
    _attribute("quantity", "area", "double", "mm²", "one side of a wall, the top of a slab, the floor of a room"),
    _attribute("quantity", "volume", "double", "mm³", "the volume of the body, openings deducted"),
    _attribute("IFC", "GlobalId", id=GLOBAL_ID, changeable=False, description="IFC GlobalId, 22 characters"),
    _attribute(ELEMENT, "Fire rating", enumeration=_choice(*FIRE_RATINGS), description="fire resistance in minutes"),
    _attribute(ELEMENT, "Load bearing", "boolean"),
    _attribute(ELEMENT, "Is external", "boolean"),
    _attribute(ELEMENT, "U-value", "double", "W/(m²K)", "thermal transmittance", decimal=2, minimum=0, maximum=6),
    _attribute(
        ELEMENT, "Acoustic rating", "double", "dB", "weighted sound reduction", decimal=0, minimum=0, maximum=80
    ),
    _attribute(ELEMENT, "Renovation status", enumeration=_choice("new", "existing", "to be demolished")),
    _attribute(ELEMENT, "Mass", "double", "kg", decimal=1, minimum=0),
    _attribute(CONCRETE, "Strength class", enumeration=_choice("C20/25", "C25/30", "C30/37", "C35/45")),
    _attribute(CONCRETE, "Exposure class"),
    _attribute(CONCRETE, "Reinforcement ratio", "double", "kg/m³", decimal=0, minimum=0),
    _attribute("Pset_DoorCommon", "Self closing", "boolean"),
    _attribute("Pset_DoorCommon", "Fire exit", "boolean"),
    _attribute("Pset_DoorCommon", "Clear width", "double", "mm", decimal=0, minimum=0),
    _attribute("Pset_WindowCommon", "Glazing area fraction", "double", decimal=2, minimum=0, maximum=1),
    _attribute("Pset_WindowCommon", "Solar transmittance", "double", "", "g-value", decimal=2, minimum=0, maximum=1),
    _attribute("Pset_StairCommon", "Number of risers", "int"),
    _attribute("Pset_StairCommon", "Riser height", "double", "mm", decimal=1),
    _attribute("Pset_StairCommon", "Tread length", "double", "mm", decimal=1),
    _attribute(SPACE, "Room number"),
    _attribute(
        SPACE,
        "Room usage",
        enumeration=_choice(
            "Office", "Meeting", "Circulation", "Stair", "Sanitary", "Kitchen", "Lobby", "Café", "Technical", "Storage"
        ),
    ),
    _attribute(SPACE, "Net area", "double", "m²", decimal=2, minimum=0),
    _attribute(SPACE, "Occupancy", "int", "", "people the room is planned for", minimum=0),
    _attribute(SPACE, "Design temperature", "double", "°C", decimal=1),
    _attribute(DUCT, "Duct diameter", "double", "mm", decimal=0, minimum=0),
    _attribute(DUCT, "Air flow", "double", "m³/h", decimal=0, minimum=0),
    _attribute(DUCT, "Insulation thickness", "double", "mm", decimal=0, minimum=0),
    _attribute(PIPE, "Nominal diameter", "int", "mm", minimum=0),
    _attribute(PIPE, "Flow rate", "double", "m³/h", decimal=2, minimum=0),
    _attribute(PIPE, "Medium"),
    _attribute("Pset_SystemCommon", "System"),
    _attribute("Pset_ElectricalDeviceCommon", "Rated power", "double", "W", decimal=0, minimum=0),
    _attribute("Pset_ManufacturerTypeInformation", "Manufacturer"),
    _attribute("Pset_ManufacturerTypeInformation", "Model label"),
    _attribute(MAKER, "Serial number"),
    _attribute(MAKER, "Installation date", "datetime"),
    _attribute(MAKER, "Warranty", "int", "a", "years from installation", minimum=0),
    _attribute(COST, "Cost", "double", "EUR", "construction cost of this object, net", decimal=2, minimum=0),
    _attribute(COST, "Cost group", "string", "", "DIN 276"),
)


OWN_GROUPS = ("general", "element", "quantity")
"""Groups that the service itself reads and writes; nobody renames them or adds to them."""

_SETS, _IFC_SETS = "Bimplus Property Sets", "IFC property sets"
_DOCUMENTED_GROUPS = {
    _SETS: "073245c3-6ed4-40a0-9146-ecd1eb111500",
    _IFC_SETS: "99b99afa-abed-4a9e-99be-f2d3a2cb29de",
    "general": "0f6906f2-305d-4899-979a-6ce1e49af6a9",
    "element": "170820da-de29-437a-aa97-f7984a319890",
    "quantity": "af12dda5-dafe-4b05-adeb-638617cc6907",
    "IFC": "66c2ba5e-8a70-40b8-9918-fccd1663f3bb",
    "Pset_StairCommon": "6f496c13-e153-4ebd-8662-f00fe3e81e20",
    COST: "1b567ec2-4a10-43ba-b791-45f288866808",
}


def group_id(name: str) -> str:
    """The id of an attribute group. Source of some: Bimplus documentation, Free Attribute Group Service."""
    return _DOCUMENTED_GROUPS.get(name) or stable_id("attribute group", name)


def group_above(name: str) -> str | None:
    """The group that a group lies in."""
    if name in (*OWN_GROUPS, "IFC"):
        return _SETS
    return _IFC_SETS if name.startswith("Pset_") else None


def key(name: str) -> str:
    """An attribute's name as a Python word: "U-value" -> "u_value"."""
    return "".join(letter.lower() if letter.isalnum() else "_" for letter in name)


ATTRIBUTE: Mapping[str, Attribute] = MappingProxyType({key(each.name): each for each in ATTRIBUTES})
"""The common catalogue by name in Python's spelling: ``ATTRIBUTE["fire_rating"].id``."""

"""IDS files held against tables, beside ifctester, which holds them against the IFC file the tables come from."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from ifctester import ids as author
from ifctester.facet import Attribute, Classification, Entity, Material, PartOf, Property, Restriction
from real import FILES

from bimplus_nb.client import connect
from bimplus_nb.exchange.ids import Audit, read_ids
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox

WALLS = Entity(name="IFCWALLSTANDARDCASE")
SHELL = Entity(name=Restriction({"enumeration": ["IFCWALL", "IFCDOOR", "IFCSLAB"]}))
PATTERN = Restriction({"pattern": "Pset_.*Common"})


def specification(name: str, applies: list[Any], requires: list[Any], usage: str = "optional") -> author.Specification:
    made = author.Specification(name=name, ifcVersion=["IFC2X3", "IFC4"])
    made.set_usage(usage)
    made.applicability, made.requirements = applies, requires
    return made


def written(*specifications: author.Specification) -> bytes:
    made = author.Ids(title="Rules")
    made.specifications = [*specifications]
    text = made.to_string()
    return text if isinstance(text, bytes) else text.encode()


def external(**more: Any) -> Property:
    return Property(propertySet="Pset_WallCommon", baseName="IsExternal", **more)


def length(limits: dict[str, str], **more: Any) -> Property:
    restriction = Restriction(limits, base="double")
    return Property(propertySet="PSet_Revit_Dimensions", baseName="Length", value=restriction, **more)


RULES = (
    specification("Walls say whether they are outside", [WALLS], [external(dataType="IFCBOOLEAN")]),
    specification("Walls are outside", [WALLS], [external(value="TRUE")]),
    specification("Walls may be outside", [WALLS], [external(value="TRUE", cardinality="optional")]),
    specification("Walls say nothing of fire", [WALLS], [
        Property(propertySet="Pset_WallCommon", baseName="FireRating", cardinality="prohibited")]),
    specification("Outer walls bear", [WALLS, external(value="TRUE")], [
        Property(propertySet="Pset_WallCommon", baseName="LoadBearing", value="TRUE")]),
    specification("Some set tells what is outside", [SHELL], [Property(propertySet=PATTERN, baseName="IsExternal")]),
    specification("Walls are short", [WALLS], [length({"maxInclusive": "6"}, dataType="IFCLENGTHMEASURE")]),
    specification("Walls have a text for a length", [WALLS], [
        Property(propertySet="PSet_Revit_Dimensions", baseName="Length", dataType="IFCLABEL")]),
    specification("Doors are named alike", [Entity(name="IFCDOOR")], [
        Attribute(name="Name", value=Restriction({"pattern": "M_Single-Flush:.*"}))]),
    specification("Windows carry a mark", [Entity(name="IFCWINDOW")], [Attribute(name="Tag")]),
    specification("Everything has a material", [
        Entity(name=Restriction({"pattern": "IFC(WALL|SLAB|DOOR).*"}))], [Material()]),
    specification("There is no pile", [Entity(name="IFCPILE")], [], "prohibited"),
    specification("There is a pile", [Entity(name="IFCPILE")], [Attribute(name="Name")], "required"),
    specification("There is no stair", [Entity(name="IFCSTAIRFLIGHT")], [], "prohibited"),
)  # fmt: skip


@pytest.fixture(scope="module")
def duplex(real_models: Sandbox) -> Any:
    with connect(real_models) as client:
        yield client.project("Duplex")


@pytest.fixture(scope="module")
def audit(duplex: Project) -> Audit:
    return duplex.audit(read_ids(written(*RULES)), progress=False)


@pytest.mark.ifc
def test_what_fails_is_what_fails_in_the_file(duplex: Project, audit: Audit) -> None:
    import ifcopenshell

    witness = author.from_string(written(*RULES).decode())
    witness.validate(ifcopenshell.open(str(FILES["Duplex"])))
    guids = duplex.objects(progress=False)["guid"]
    for said in witness.specifications:
        # What has no body is no object here, and the file's alone.
        theirs = {one.GlobalId for one in said.applicable_entities} & {*guids}
        if said.get_usage() == "prohibited":
            broken = theirs
        else:
            broken = {one.GlobalId for one in said.failed_entities} & {*guids}
        row = audit.loc[said.name]
        assert (row["applicable"], {guids[id_] for id_ in audit.failing(said.name).index}) == (len(theirs), broken), (
            said.name
        )
        assert row["status"] == ("passes" if said.status else "fails"), said.name
    assert set(audit["status"]) == {"passes", "fails"}
    assert (audit["failing"] > 0).sum() >= 5


@pytest.mark.ifc
def test_rows_stand_for_what_fails(audit: Audit) -> None:
    failing = audit.failing("Walls are outside")
    assert failing["why"].unique().tolist() == ["Pset_WallCommon.IsExternal is False"]
    assert dict(audit.attrs["object_ids"])["Walls are outside"] == tuple(failing.index)
    verdict = audit.verdict("Walls are outside")
    assert verdict.value_counts()["Fails"] == len(failing)
    assert verdict.attrs["colors"] == {"Walls are outside": {"Fails": "#d33f2f", "Passes": "#2cad82"}}
    assert isinstance(audit[audit["status"] == "fails"], Audit)
    with pytest.raises(ValueError, match="There are: 'Walls say whether they are outside',"):
        audit.failing("walls")


OBJECTS = pd.DataFrame(
    {"name": ["A", "B"], "ifc_type": ["IfcWall", "IfcDoor"], "guid": ["1", "2"], "material": ["Oak; Glass", None]},
    index=pd.Index(["a", "b"], name="id"),
)
NOTHING = pd.DataFrame({name: [] for name in ("object_id", "group", "name", "value", "unit", "type")})


@pytest.mark.parametrize(
    ("requires", "why"),
    [
        (Classification(system="Uniclass"), "the service does not tell what a facet Classification asks for"),
        (PartOf(name="IFCBUILDINGSTOREY"), "the service does not tell what a facet PartOf asks for"),
        (Attribute(name="Description"), "the service does not tell the attribute Description"),
        (Attribute(name=Restriction({"pattern": ".*"})), "a pattern of attribute names cannot be looked for"),
    ],
)
def test_what_is_not_told_is_not_checked(requires: Any, why: str) -> None:
    audit = read_ids(written(specification("Rule", [Entity(name="IFCWALL")], [requires]))).audit(OBJECTS, NOTHING)
    assert audit.loc["Rule", ["status", "why"]].tolist() == ["not checked", why]
    assert audit.failing("Rule").empty


def test_names_are_told_apart_and_materials_looked_for_in_layers() -> None:
    rules = [
        specification("M", [Entity(name="IFCWALL")], [Material(value=material)])
        for material in ("Glass", "Steel", "Oak; Glass")
    ]
    ids = read_ids(written(*rules))
    assert [*ids] == ["M", "M (2)", "M (3)"]
    assert ids.audit(OBJECTS, NOTHING)["status"].tolist() == ["passes", "fails", "passes"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"not xml", b"<a/>", b"\xff\xfe\x00", b"<ids xmlns='http://standards.buildingsmart.org/IDS'/>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><ids>&x;</ids>", b"<a>" * 100_000,
        written(RULES[0]).replace(b"IFC2X3", b"IFC9"), written(RULES[0]).replace(b"<specifications>", b"<specs>"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"^The IDS file is not read: .+\.$"):
        read_ids(content)

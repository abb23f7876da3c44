from __future__ import annotations

import numpy as np
import pytest

from bimplus_nb.geometry import Light, Mesh, light_volume
from geometry.solids import FAR_AWAY, Body, box, mesh_of, tetra

GREY, GLASS = (200, 200, 200, 255), (200, 200, 255, 80)


def at(light: Light, *place: float) -> tuple[float, float]:
    """Ambient and sun, 0 … 1, at a place in the world."""
    x, y, z = np.floor((np.array(place) - light.low) / light.step).astype(int)
    ambient, sun = light.volume[x, y, z] / 255
    return float(ambient), float(sun)


def test_shape_and_place() -> None:
    light = light_volume(mesh_of(box(5000, 3000, 4000)))
    assert light.volume.dtype == np.uint8
    assert light.volume.shape == (55, 22, 50, 2)
    assert light.step == 200
    assert np.allclose(light.low, [-3000, -400, -7000])


def test_sun_from_straight_above_throws_the_shadow_straight_below() -> None:
    table = mesh_of(box(4000, 200, 4000).moved((0, 2000, 0)))
    light = light_volume(table, sun=(0, 1, 0), ground=0.0)
    assert at(light, 2000, 1000, -2000)[1] == 0
    assert at(light, 2000, 2500, -2000)[1] == 1
    assert at(light, 5500, 1000, -2000)[1] == 1
    inside = light.volume[15:35, 3:10, 15:35, 1]
    assert (inside == 0).all()


def test_a_slanting_sun_throws_the_shadow_aside() -> None:
    wall = mesh_of(box(200, 2000, 8000))
    light = light_volume(wall, sun=(1, 1, 0))
    assert at(light, -500, 300, -4000)[1] < 0.1  # in the wall's shadow, away from the sun
    assert at(light, 700, 300, -4000)[1] > 0.9
    assert at(light, -2500, 300, -4000)[1] > 0.9  # beyond its end, 2000 from the wall


def test_open_ground_sees_half_and_a_corner_less() -> None:
    walls = mesh_of(box(200, 4000, 8000).moved((-200, 0, 0)), box(8000, 4000, 200))
    light = light_volume(walls)
    middle, corner, sky = at(light, 6000, 300, -6000), at(light, 300, 300, -500), at(light, 6000, 4700, -6000)
    assert 0.45 < middle[0] < 0.75
    assert corner[0] < 0.6 * middle[0]
    assert sky[0] > 0.9


def test_a_closed_room_is_dark_and_a_glass_one_is_not() -> None:
    def room(color: tuple[int, int, int, int]) -> Light:
        return light_volume(mesh_of(box(6000, 3000, 6000), colors=[color]), sun=(0.2, 1, 0.1), ground=0.0)

    assert at(room(GREY), 3000, 1500, -3000)[1] == 0
    assert at(room(GLASS), 3000, 1500, -3000)[1] > 0.95
    chosen = light_volume(mesh_of(box(6000, 3000, 6000)), parts=np.array([False]), sun=(0, 1, 0))
    assert (chosen.volume[:, 2:, :, 1] == 255).all()


def test_below_the_ground_no_sun_arrives() -> None:
    light = light_volume(mesh_of(box()), sun=(0, 1, 0))
    assert (light.volume[:, 0, :, 1] == 0).all()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_light_is_the_same_from_either_end_of_an_axis(axis: int) -> None:
    """A body that is its own mirror image gives a volume that is its own mirror image."""
    body = box(4000, 1000, 4000).moved((-2000, 0, 2000))
    tower = box(1000, 3000, 1000).moved((-500, 0, 500))
    light = light_volume(mesh_of(body, tower), sun=(0, 1, 0))
    if axis != 1:
        flipped = np.flip(light.volume[..., 1], axis).astype(int)
        assert np.abs(light.volume[..., 1] - flipped).mean() < 3


def test_the_same_mesh_gives_the_same_light_wherever_it_stands() -> None:
    one = light_volume(mesh_of(box(), tetra()))
    assert np.array_equal(one.volume, light_volume(mesh_of(box(), tetra())).volume)
    far = light_volume(mesh_of(box().moved(FAR_AWAY), tetra().moved(FAR_AWAY)))
    assert np.array_equal(one.volume, far.volume)
    assert np.allclose(far.low - one.low, FAR_AWAY)


def test_voxels_are_capped() -> None:
    light = light_volume(mesh_of(box(2e6, 1e5, 3e6)), most=50_000)
    assert light.volume[..., 0].size <= 50_000
    assert light.step > 200
    many = mesh_of(*[box(1e6, 1, 1e6).moved((0, k, 0)) for k in range(300)])
    assert light_volume(many, most=20_000).volume[..., 0].size <= 20_000


def test_no_geometry_is_open_ground() -> None:
    assert light_volume(Mesh.empty()).volume.max() == 255
    flat = Body(np.zeros((3, 3)), np.array([(0, 1, 2)]), 0, 0, 0)
    assert light_volume(mesh_of(flat)).volume.shape[3] == 2

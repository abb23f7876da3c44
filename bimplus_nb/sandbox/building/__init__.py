"""Riverside Offices: an L of offices around a courtyard by a river, drawn storey by storey.

`plan` has the measures, `materials` the palette, `maker` turns bodies into objects with properties; the other files
draw one part of the building each. Everything is drawn with Z up in mm, heights relative to the storey's floor.
"""

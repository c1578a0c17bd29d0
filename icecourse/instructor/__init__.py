"""For who runs a class: roster, pack, zips, demo, exports and the class report."""

"""Frames of reference: bench millimetres, camera pixels, projector pixels.

Where to find what, in groups:

Maps and what a calibration is
    planes           a homography between two flat frames, and its robust fit
    lens             how far a lens shifts each pixel
    space            bench points at any height to pixels: plane, rise and lens
    maps             both maps of one bench, for those who draw or look
    edges            straight edges in short pieces, for lenses that bend them
    misses           how far points miss their places
    model            the calibration, its quality, how it was made
    store, written   its file and history; the keys and shapes in the file
    trouble          what a person is told when it cannot be made

By hand
    points_file, by_points   pairs of points that somebody measured, and the maps through them

Printed things
    tags             the tags: where they belong, where they are seen
    sheet, lens_sheet   what is printed; finding the lens sheet in a picture
    misplaced        tags that are missing, mirrored, swapped, moved
    printed          figures stretched by a printer and laid down by hand
    seen             what the camera saw of them

Full: gray code
    patterns, graycode   the pictures to project; the projector pixel of each camera pixel
    sync, delay, camera_gamma, exposure_check   whether and how the camera saw them
    blocks           a million pixels to a thousand pairs
    surface, plate   one flat thing, tags and light; the plate of known height
    eye, rise, fitting, world   the camera's unknowns, and the fit of its map
    lens_fit         the projector's map
    judged, quality_picture   how good it is, in millimetres and as a picture
    shots, full      what is given; all of the above in order
    picture_files, from_pictures   the same from a folder of pictures

Quick: after a bump
    quick_board, quick_tags   the one picture; whether the printed tags have moved
    moved            the map of a device that was bumped as a stiff body
    quick            all of it in order

Drift: while people work
    drift_marks      the marks at the rim: where, and the pictures of them
    patch, drift_spots   looking for a small pattern; what is looked for and how it should look
    drift_vote       how several moved together when some are hidden
    drift            who has moved, and how far

Taking the pictures is `station/calibrating/`; watching drift at work is `station/drift_*.py`.
"""

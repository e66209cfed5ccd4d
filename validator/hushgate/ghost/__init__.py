"""Ghosts: a success that never happened, told so that nobody can tell it from a real one.

``shapes`` and ``ids`` make identifiers that only the key recognises, ``pace`` holds an answer for as long as a real one takes,
``quarantine`` keeps what was submitted, ``restore`` brings a person back, and ``ghosts`` is the face of them all.
"""

from hushgate.ghost.absent import AbsentGhosts as AbsentGhosts
from hushgate.ghost.ghosts import Ghosts as Ghosts
from hushgate.ghost.hooks import Hooks as Hooks
from hushgate.ghost.records import Ghost as Ghost

"""What is known of an address (country, network, kind) and of a clock (whether its zone fits a country)."""

from hushgate.geo.atlas import Atlas as Atlas
from hushgate.geo.sources import Source as Source
from hushgate.visit import Network as Network

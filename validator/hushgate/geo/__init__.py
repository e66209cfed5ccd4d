"""What is known of an address and of a clock: country, network and kind of an address; whether a zone fits a country."""

from hushgate.geo.atlas import Atlas as Atlas
from hushgate.geo.sources import Source as Source
from hushgate.visit import Network as Network

"""Hushgate: a verdict on signups, a ghost token for bots, and silence.

>>> from hushgate import Gate
>>> gate = Gate.from_env()                                                          # doctest: +SKIP
>>> gate.verify(token, action="signup", hostname="www.example.com").allowed         # doctest: +SKIP
True
"""

from hushgate.admission import Admission as Admission
from hushgate.errors import BadField as BadField
from hushgate.errors import GateLost as GateLost
from hushgate.errors import HushgateError as HushgateError
from hushgate.errors import SettingsError as SettingsError
from hushgate.errors import StateLost as StateLost
from hushgate.errors import TokenExpired as TokenExpired
from hushgate.errors import TokenForged as TokenForged
from hushgate.errors import TokenMisdirected as TokenMisdirected
from hushgate.errors import TokenMissing as TokenMissing
from hushgate.errors import TokenRefused as TokenRefused
from hushgate.errors import TokenReplayed as TokenReplayed
from hushgate.gate import Gate as Gate
from hushgate.remote_gate import RemoteGate as RemoteGate
from hushgate.verify import Verified as Verified
from hushgate.version import __version__ as __version__

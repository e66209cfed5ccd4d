"""Every setting: name, kind, default and help, in one place. SETTINGS.md, ``hushgate config`` and the reader derive from it."""

from hushgate.settings.door import LAYERS as LAYERS
from hushgate.settings.door import MAIL as MAIL
from hushgate.settings.door import MAIL_RULES as MAIL_RULES
from hushgate.settings.door import MODE as MODE
from hushgate.settings.door import LayerSettings as LayerSettings
from hushgate.settings.gate import CLIENT as CLIENT
from hushgate.settings.gate import GATE as GATE
from hushgate.settings.paths import anchored as anchored
from hushgate.settings.readers import OBSERVE as OBSERVE
from hushgate.settings.readers import OFF as OFF
from hushgate.settings.setting import REDIS_REMEDY as REDIS_REMEDY
from hushgate.settings.setting import Rate as Rate
from hushgate.settings.setting import Setting as Setting
from hushgate.settings.site import LOGINS as LOGINS
from hushgate.settings.site import POLICY as POLICY
from hushgate.settings.site import SITE as SITE
from hushgate.settings.site import STEP_UP as STEP_UP

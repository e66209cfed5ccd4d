"""Hushgate for WTForms: a hidden field with the script tag, and the decision where the form is validated.

class SignupForm(FlaskForm):
email = EmailField(validators=[DataRequired()])
hushgate = HushgateField(action="signup")      # the last field: it is asked where the others are right

if form.validate_on_submit():
if form.hushgate.ghosted:
return welcome(ghost_user())               # the same answer, and nothing behind it
if form.hushgate.commit():                     # a token opens one account
return welcome(create_user(form))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import HiddenInput

from hushgate.admission import Admission
from hushgate.integrations.desk import FIELD, words
from hushgate.wire import Offer


class _Widget(HiddenInput):
    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        nonce = kwargs.pop("nonce", None)
        hidden = super().__call__(field, **{"autocomplete": "off", **kwargs, "value": ""})
        return Markup("{}{}").format(hidden, field.script(nonce))  # type: ignore[attr-defined]  # only on our field


class HushgateField(Field):
    """The token. Validation asks the gate; a visit that is refused or put off is a mistake in the form, a ghost is none."""

    widget = _Widget()

    def __init__(
        self,
        label: str | None = "",
        validators: Any = None,
        *,
        action: str = "signup",
        email: str = "email",
        admit: Callable[[dict[str, str]], Admission] | None = None,
        script: Callable[[str | None], Markup] | None = None,
        **kwargs: Any,
    ) -> None:
        """``email`` is the name of the field with the mail address.

        ``admit`` takes the form's fields and ``script`` the nonce, where it is not Flask's extension that should be asked.
        """
        super().__init__(label, validators, **{**kwargs, "name": FIELD})
        self.name = FIELD  # the collector knows no prefix
        self.action, self._email, self._admit, self._script = action, email, admit, script
        self.admission: Admission | None = None

    def pre_validate(self, form: BaseForm) -> None:
        """Asks the gate, where every field before this one is right. Raises ValidationError."""
        if any(field.errors for field in form if field is not self):
            return
        self.admission = self._decide(form)
        if not self.admission.allowed and not self.admission.ghosted:
            raise ValidationError(words(self.admission).message)

    def populate_obj(self, obj: object, name: str) -> None:
        """Nothing: a token is no part of an account."""

    def _decide(self, form: BaseForm) -> Admission:
        if self._admit:
            return self._admit({field.name: field.data for field in form if isinstance(field.data, str)})
        from flask import request

        admission: Admission = _extension().admit(request.environ, request.form.to_dict(), self.action, self._email)
        return admission

    def script(self, nonce: str | None = None) -> Markup:
        """The script tag. Raises SettingsError."""
        return self._script(nonce) if self._script else _extension().script(self.action, nonce)

    def step_up(self, offer: Offer, *, submit: bool = False, nonce: str | None = None) -> Markup:
        """What does an offer's work in a page: ``{{ form.hushgate.step_up(offer) }}``, with Flask's extension. Raises SettingsError."""
        markup: Markup = _extension().step_up(offer, submit=submit, nonce=nonce)
        return markup

    @property
    def ghosted(self) -> bool:
        """Whether to answer as if it had succeeded, and do nothing."""
        return self.admission is not None and self.admission.ghosted

    def commit(self) -> bool:
        """Spends the token: true for the one call that may go on. False where the visit was not let in, or was not judged."""
        return self.admission is not None and self.admission.allowed and self.admission.commit()


def _extension() -> Any:
    from flask import current_app

    return current_app.extensions["hushgate"]

"""The form every page that sets a round up builds on."""

from typing import Any

from wtforms import Field
from wtforms.csrf.core import CSRFTokenField

from portal.kernel.errors import Refusal
from portal.web.guards import Form


class DeskForm(Form):
    """A form that may stand beside others on a page, and takes refusals in."""

    class Meta(Form.Meta):
        """The token carries no id: several forms of a page have one each."""

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Any:
            """Leave the id of the hidden token out."""
            if isinstance(field, CSRFTokenField):
                render_kw.setdefault("id", False)
            return super().render_field(field, render_kw)

    def refuse(self, refusal: Refusal) -> None:
        """Show the sentence of a refused verb above the form; what was typed stays."""
        self.form_errors.append(refusal.sentence)


class OneButton(DeskForm):
    """A form of nothing but its token."""

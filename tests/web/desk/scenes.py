"""What the tests of the daily pages have in common: visitors and a scene behind them."""

from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy.orm import Session

from portal.web.installation import Installation
from tests.makers import Cast, signed_in
from tests.stages.review_scenes import Scene
from tests.visitor import Visitor


@dataclass
class Office:
    """The cast at their desks, with a scene to prepare things behind their backs."""

    app: Flask
    scene: Scene
    known: dict[str, Visitor] = field(default_factory=dict)

    @classmethod
    def of(
        cls, app: Flask, session: Session, house: Installation, cast: Cast
    ) -> "Office":
        return cls(app, Scene(session, house, cast))

    def desk(self, name: str) -> Visitor:
        """The desk of one of the cast; what the scene prepared is kept first."""
        self.scene.session.commit()
        if name not in self.known:
            player = getattr(self.scene.cast, name)
            self.known[name] = signed_in(self.app, self.scene.house, player)
        return self.known[name]

    def fresh(self) -> Session:
        """The session, seeing what pages have written."""
        self.scene.session.commit()
        self.scene.session.expire_all()
        return self.scene.session

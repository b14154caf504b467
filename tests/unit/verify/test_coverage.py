"""What a verdict says of what was compared, and of what was not."""

from bootctl.config.settings import Verify
from bootctl.database.state import Difference, Direction
from bootctl.migrate.inspection import Comparison, joined
from bootctl.verify.policy import DriftPolicy, Verdict

TABLE = Difference("missing table", "users")
UNSEEN = "triggers: the role cannot see them"


def test_several_databases_say_each_thing_once() -> None:
    one = Comparison((), not_compared=(UNSEEN,), compared_with=("models", "migrations"))
    other = Comparison((TABLE,), not_compared=(UNSEEN, "views: no record"))
    found = joined([one, other])
    assert found is not None
    assert found.differences == (TABLE,)
    assert found.not_compared == (UNSEEN, "views: no record")
    assert found.compared_with == ("models", "migrations")
    assert joined([]) == Comparison(())
    assert joined([one, None]) is None


def test_what_is_said_of_some_databases_names_them() -> None:
    said = [(UNSEEN,), (UNSEEN, "views: no record"), (UNSEEN, "views: no record")]
    names = ["one", "two", "three"]
    made = [
        Comparison((TABLE,), not_compared=why).of_database(name)
        for name, why in zip(names, said, strict=True)
    ]
    found = joined(made)
    assert found is not None
    assert found.not_compared == (UNSEEN, "views: no record (in two, three)")
    assert [str(item) for item in found.differences] == [
        f"missing table users in {name}" for name in names
    ]


def test_a_verdict_has_both() -> None:
    policy = DriftPolicy(Verify())
    found = policy.verdict((), Direction.AT_HEAD, (), (UNSEEN,), ("models", "migrations"))
    assert found.clean
    assert found.not_compared == (UNSEEN,)
    assert found.compared_with == ("models", "migrations")
    assert found.told(str.upper).not_compared == (UNSEEN.upper(),)


def test_pending_is_not_drift() -> None:
    assert Verdict(Direction.AT_HEAD, (), (TABLE,), ()).outcome == "clean"
    assert Verdict(Direction.AT_HEAD, (TABLE,), (), ()).outcome == "drift"
    assert Verdict(Direction.BEHIND, (TABLE,), (), ("a1",)).outcome == "pending"
    assert Verdict(Direction.BEHIND, (), (), ("a1",)).outcome == "clean"

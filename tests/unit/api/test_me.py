"""Who a caller is told to be."""

from api import me
from tests.fakes.world import ANA, RIGHTS
from tests.unit.api.people import Desk


async def test_who_asks_is_told_their_rights_and_their_language_first() -> None:
    answer = await Desk().person().call(me.read, headers={"accept-language": "en"})
    assert answer.json == {
        "userId": ANA.user_id,
        "name": "Ana López",
        "tenantId": "tenant-a",
        "roles": ["employee"],
        "rights": list(RIGHTS),
        "languages": ["en", "es"],
    }
    assert (await Desk().person(None).call(me.read)).status == 401


async def test_a_page_of_another_origin_may_read_the_ids_of_an_answer() -> None:
    answer = await Desk().person().call(me.read)
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"x-run-id", "x-correlation-id", "Retry-After", "Location"} <= set(exposed)

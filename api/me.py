"""`GET /api/me`: who I am here, and what I may do."""

from typing import get_args

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.edge import Call
from shared.contracts.identity import Language
from shared.contracts.me import Me


async def read(call: Call) -> Response:
    others = (each for each in get_args(Language.__value__) if each != call.language)
    return json_answer(
        Me(
            user_id=call.caller.user_id,
            name=call.caller.name,
            tenant_id=call.caller.tenant_id,
            roles=call.caller.roles,
            rights=call.caller.rights,
            languages=(call.language, *others),
        )
    )

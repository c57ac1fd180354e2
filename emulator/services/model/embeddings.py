"""POST /embeddings: real vectors from multilingual-e5-small, 384 dimensions."""

import asyncio
import base64
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Literal

import numpy as np
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from ..embedding import DIMENSIONS, Embedder
from .chat import read_json
from .errors import RequestError
from .timeline import Embedded, Timeline
from .tokeniser import token_count

MODEL = "multilingual-e5-small"

_MAX_INPUTS = 2048


class EmbeddingRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    input: StrictStr | Annotated[list[StrictStr], Field(min_length=1, max_length=_MAX_INPUTS)]
    model: str = ""
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Annotated[int, Field(ge=1, le=DIMENSIONS)] | None = None

    @property
    def texts(self) -> list[str]:
        return [self.input] if isinstance(self.input, str) else self.input


def parse_embedding_request(body: object) -> EmbeddingRequest:
    """Raises `RequestError` naming the field that is wrong."""
    if not isinstance(body, dict):
        raise RequestError(
            "We could not parse the JSON body of your request: it must be an object."
        )
    try:
        request = EmbeddingRequest.model_validate(body)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False)[0]
        param = str(problem["loc"][0])
        if problem["type"] == "missing":
            message = f"Missing required parameter: '{param}'."
            raise RequestError(message, param=param, code="missing_required_parameter") from None
        message = _EXPLAINED.get(param, f"Invalid value for '{param}': {problem['msg']}.")
        raise RequestError(message, param=param, code="invalid_value") from None
    if "" in request.texts:
        raise RequestError("Invalid 'input': an input cannot be an empty string.", param="input")
    return request


_EXPLAINED = {
    "input": "Invalid 'input': send a string or 1 to 2048 strings; token arrays have no meaning"
    " for this model, whose tokeniser is another one.",
    "dimensions": f"Invalid 'dimensions': this model has {DIMENSIONS}, ask for 1 to {DIMENSIONS}.",
}


async def embeddings(embedder: Embedder, timeline: Timeline, request: web.Request) -> web.Response:
    """Every text is embedded as "query: ", which e5 recommends for comparing texts of one kind."""
    clock = asyncio.get_running_loop().time
    arrival = timeline.at(clock())
    asked = parse_embedding_request(await read_json(request))
    if not asked.model and "deployment" not in request.match_info:
        raise RequestError("you must provide a model parameter", param="model")
    vectors = await embedder.embed_in_thread(asked.texts)
    encode = partial(_encoded, dimensions=asked.dimensions, as_base64=asked.encoding_format)
    timeline.embedded.append(Embedded(len(asked.texts), arrival, timeline.at(clock())))
    tokens = sum(token_count(text) for text in asked.texts)
    return web.json_response(
        {
            "object": "list",
            "model": MODEL,
            "data": [
                {"object": "embedding", "index": index, "embedding": encode(vector)}
                for index, vector in enumerate(vectors)
            ],
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
    )


def _encoded(
    vector: Sequence[float], *, dimensions: int | None, as_base64: Literal["float", "base64"]
) -> str | list[float]:
    values = np.asarray(vector, dtype="<f4")
    if dimensions is not None and dimensions < len(values):
        values = values[:dimensions]
        # A cut vector is no unit vector any more, and cosine by dot product would be wrong.
        values = values / max(float(np.linalg.norm(values)), 1e-12)
    if as_base64 == "base64":
        return base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")
    return [float(value) for value in values]

"""The client that does not await, in a process of its own: its threads outlive `close`."""

import asyncio
import json
import sys

from .conftest import Account

PROGRAM = """
import json, sys, warnings
from azure.core.credentials import AccessToken
from azure.cosmos import CosmosClient

url, token, ca_file = sys.argv[1:]
# The SDK itself turns verification off when the account is called localhost.
warnings.simplefilter("ignore")

class Credential:
    def get_token(self, *scopes, **_):
        return AccessToken(token, 1 << 40)

with CosmosClient(url, Credential(), connection_verify=ca_file) as client:
    orders = client.get_database_client("shop").get_container_client("orders")
    orders.create_item({"id": "1", "tenant": "a", "n": 1})
    read = orders.read_item("1", "a")["n"]
    found = list(orders.query_items("SELECT VALUE c.n FROM c", partition_key="a"))
    changes = list(orders.query_items_change_feed(start_time="Beginning"))
    print(json.dumps([read, found, [change["id"] for change in changes]]))
"""


async def test_the_sync_client_works_as_well(account: Account) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", PROGRAM, account.url, account.token(), str(account.ca_file)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, errors.decode()
    assert json.loads(output) == [1, [1], ["1"]]

"""`activityrelay` from PyPI, a relay server that knows nothing of ours, on loopback: `relay_peer.py FOLDER DOMAIN PORT HOSTS`.

It speaks https to names that DNS knows. Here there are neither: the addresses that it makes begin with http, and names lead
to ports on loopback (HOSTS: a JSON object). Nothing else of it is changed.
"""

import importlib.abc
import importlib.machinery
import json
import os
import sys

folder, domain, port, hosts = sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])


class Plain(importlib.machinery.SourceFileLoader):
    """Reads its sources as if they had been written for an intranet."""

    def get_data(self, path):
        data = super().get_data(path)
        return data.replace(b"https://{", b"http://{") if path.endswith(".py") else data

    def get_code(self, name):
        return compile(self.get_data(self.path), self.path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != "relay" and not name.startswith("relay."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = Plain(spec.loader.name, spec.loader.path)
        return spec


sys.meta_path.insert(0, Finder())

import socket

from aiohttp import resolver


class Loopback(resolver.AbstractResolver):
    def __init__(self, **_):
        pass

    async def resolve(self, host, port=0, family=socket.AF_INET):
        at = {"hostname": host, "host": "127.0.0.1", "port": hosts[host]}
        return [{**at, "family": socket.AF_INET, "proto": 0, "flags": socket.AI_NUMERICHOST}]

    async def close(self):
        pass


import aiohttp.connector

aiohttp.connector.DefaultResolver = Loopback

os.chdir(folder)
with open("relay.yaml", "w", encoding="utf-8") as file:
    json.dump(
        {"listen": "127.0.0.1", "port": port, "domain": domain, "workers": 1, "db_type": "sqlite",
         "ca_type": "database", "sq_path": "relay.sqlite3"},
        file,
    )

import click

# it asks whether it shall run once it is set up: another process does
click.confirm = lambda *_, **__: False

from relay.cli import cli

child = os.fork()
cli(["--config", "relay.yaml", *(["run"] if child and not os.waitpid(child, 0)[1] else ["setup", "--skip-questions"])],
    standalone_mode=False)

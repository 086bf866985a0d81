"""The nginx collector: which files are nginx's, and the rows of every configuration among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from compliance.collect.conf_text import Paths, plain_name
from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.nginx.endpoints import endpoints
from compliance.collect.nginx.files import TABLES, Reader
from compliance.collect.nginx.scope import servers
from compliance.collect.nginx.settings import log_sources, settings
from compliance.collect.nginx.upstreams import locations
from compliance.model.row import FileNote

_NAME: Final = re.compile(r"(?:^|[._-])nginx[\w.-]*\.conf$|^nginx\.conf|\.nginx(?:conf)?$|\.vhost$")
_FOLDER: Final = re.compile(
    r"(?:^|/)(?:sites-(?:enabled|available)|conf\.d|http\.d|nginx[\w.-]*|vhosts?(?:\.d)?|snippets)/(?:[^/]+/)*[^/]+$"
)
_BLOCK: Final = re.compile(
    rb"^[ \t]*(?:(?:http|server|events|stream)[ \t\r\n]*\{|upstream[ \t]+[\w.-]+[ \t\r\n]*\{|location[ \t]+[^{};\n<>]{1,200}\{|map[ \t]+\S+[ \t]+\$\w+[ \t]*\{)",
    re.MULTILINE,
)
_LINE: Final = re.compile(
    rb"^[ \t]*(?:server_name|listen|proxy_pass|proxy_set_header|fastcgi_pass|uwsgi_pass|ssl_certificate|ssl_protocols|ssl_ciphers|ssl_session_cache"
    rb"|ssl_prefer_server_ciphers|add_header|autoindex|access_log|error_log|server_tokens|client_max_body_size|keepalive_timeout|worker_processes"
    rb"|gzip|root|index|limit_req_zone|include|sendfile|proxy_ssl_verify|resolver)[ \t]+[^=;\n][^;\n]{0,400};[ \t]*(?:#.*)?\r?$",
    re.MULTILINE,
)
_OTHER: Final = re.compile(
    rb"^[ \t]*(?:<(?:VirtualHost|Directory|IfModule|Location|Files|\?xml|source|match|filter)\b|\[[\w:. -]+\][ \t]*\r?$|(?:ServerName|DocumentRoot|LoadModule)[ \t]"
    rb"|(?:frontend|backend|defaults)[ \t]*\S*\r?$|zone[ \t]+\"|key[ \t]+\"|upstream[ \t]+backend_servers)",
    re.MULTILINE,
)


class NginxCollector:
    """nginx.conf, sites and snippets, plain or as templates."""

    name = "nginx"
    version = "1"
    tables = frozenset(TABLES)

    def claims(self, path: str, head: bytes) -> bool:
        """Named for nginx; or a ``.conf``, or any file of nginx's folders, that reads like nginx."""
        name = plain_name(path)
        if path.endswith(
            (".md", ".yml", ".yaml", ".json", ".py", ".sh", ".service", ".tf", ".html", ".pp", ".rb", ".lua")
        ):
            return False
        if _NAME.search(name):
            return not _OTHER.search(head) or bool(_BLOCK.search(head))
        bare = "." not in name or name.endswith(".conf")
        if not bare and not (
            _FOLDER.search(path) and re.search(r"\.(?:com|cn|net|org|io|local|inc|site|nginx)$", name)
        ):
            return False
        if _OTHER.search(head):
            return False
        if not name.endswith(".conf") and not _FOLDER.search(path):
            return False
        return bool(_BLOCK.search(head)) or len(_LINE.findall(head)) >= (1 if _FOLDER.search(path) else 2)

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """Endpoints, settings, logs and places of every configuration; notes of what could not be read."""
        reader = Reader(tree, Paths(tree))
        endpoint_ids: dict[str, int] = {}
        scopes: dict[str, int] = {}
        systems: dict[str, int] = {}
        places: set[str] = set()
        for root in reader.roots(sorted(files, key=lambda f: f.path)):
            found = list(servers(root))
            for server in found:
                yield from endpoints(server, endpoint_ids)
            yield from settings(root, found, scopes)
            yield from log_sources(root, found, systems)
            yield from locations(root, places)
        yield from reader.notes
        noted = {n.path for n in reader.notes}
        yield from (FileNote(path, "read", self.name) for path in reader.read_paths() if path not in noted)

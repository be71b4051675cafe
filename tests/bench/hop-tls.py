# SPDX-License-Identifier: LGPL-2.1-or-later
"""TLS before the upstream of bench-gateway.py: hop-tls.py UPSTREAM_PORT CERTIFICATE KEY. Each connection has one of its own to the
upstream, so that this counts them. Prints its port; goes with its input."""

import asyncio
import contextlib
import ssl
import sys

UPSTREAM, CERTIFICATE, KEY = int(sys.argv[1]), sys.argv[2], sys.argv[3]
GONE = (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError)


async def copy(reader, writer):
    with contextlib.suppress(*GONE):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(*GONE):
        writer.close()


async def take(reader, writer):
    upstream_reader, upstream_writer = await asyncio.open_connection('127.0.0.1', UPSTREAM)
    await asyncio.gather(copy(reader, upstream_writer), copy(upstream_reader, writer))


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    context.set_alpn_protocols(['http/1.1'])
    server = await asyncio.start_server(take, '127.0.0.1', 0, ssl=context, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), over.set)
    await over.wait()


asyncio.run(main())

"""A TCP proxy on loopback that holds back every answer: what a far-away store feels like, without root or netem.

Each burst of bytes from the server is passed on no earlier than `delay` seconds after it came; bandwidth stays whole.
"""
import asyncio
import threading
import time
from urllib.parse import urlsplit


class DelayingProxy:
    def __init__(self, endpoint, delay):
        parts = urlsplit(endpoint)
        self._host, self._port, self._delay = parts.hostname, parts.port, delay
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        self._ready.wait()
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def _run(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self, reader, writer):
        try:
            up_reader, up_writer = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._pass(reader, up_writer, 0), self._pass(up_reader, writer, self._delay))

    async def _pass(self, reader, writer, delay):
        queue = asyncio.Queue(maxsize=256)

        async def read():
            try:
                while data := await reader.read(256 * 1024):
                    await queue.put((time.monotonic() + delay, data))
            except OSError:
                pass
            await queue.put((0, b""))

        task = asyncio.create_task(read())
        try:
            while True:
                due, data = await queue.get()
                if not data:
                    break
                if (wait := due - time.monotonic()) > 0:
                    await asyncio.sleep(wait)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            task.cancel()
            writer.close()

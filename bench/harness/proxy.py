"""A TCP proxy on loopback that holds back every answer: what a far-away store feels like, without root or netem.

Each burst of bytes from the server is passed on no earlier than `delay` seconds after it came; bandwidth stays whole.
"""
import asyncio
import subprocess
import sys
import time
from urllib.parse import urlsplit


class DelayingProxy:
    """In a process of its own: a child begins with the peak of whoever starts it, so the one that measures stays small."""

    def __init__(self, endpoint, delay):
        self._process = subprocess.Popen(
            [sys.executable, __file__, endpoint, str(delay)], stdout=subprocess.PIPE, text=True)
        self.endpoint = self._process.stdout.readline().strip()

    def stop(self):
        self._process.terminate()
        self._process.wait()


class Server:
    def __init__(self, endpoint, delay):
        parts = urlsplit(endpoint)
        self._host, self._port, self._delay = parts.hostname, parts.port, delay

    async def run(self):
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()

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


if __name__ == "__main__":
    asyncio.run(Server(sys.argv[1], float(sys.argv[2])).run())

"""What an agent in Python does: threads, asyncio, TLS, files, a server and its client, and other processes.

Prints one line a step, "STEP ok" or "STEP ERROR-CLASS". The steps that start processes come last.
"""
import asyncio
import multiprocessing
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading


def square(number):
    return number * number


def threads():
    found = []
    workers = [threading.Thread(target=lambda: found.append(1)) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 8


async def echo():
    async def answer(reader, writer):
        writer.write(await reader.read(5))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"hello")
    assert await reader.read() == b"hello"
    writer.close()
    server.close()


def files():
    folder = pathlib.Path(tempfile.mkdtemp())
    (folder / "one").write_text("content")
    shutil.copyfile(folder / "one", folder / "two")
    (folder / "two").rename(folder / "three")
    os.symlink(folder / "three", folder / "four")
    assert (folder / "four").read_text() == "content"
    shutil.rmtree(folder)


def pool(method):
    with multiprocessing.get_context(method).Pool(2) as workers:
        assert workers.map(square, [2, 3]) == [4, 9]


def fork():
    child = os.fork()
    if child == 0:
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


STEPS = {
    "threads": threads,
    "asyncio": lambda: asyncio.run(echo()),
    "tls": lambda: ssl.create_default_context(),
    "files": files,
    "fork": fork,
    "subprocess": lambda: subprocess.run(["/usr/bin/true"], check=True),
    "spawn": lambda: pool("spawn"),
    "forkserver": lambda: pool("forkserver"),
}

if __name__ == "__main__":
    for name, step in STEPS.items():
        try:
            step()
            print(name, "ok", flush=True)
        except Exception as error:
            print(name, type(error).__name__, flush=True)

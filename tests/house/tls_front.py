"""A proxy with TLS in front of a server: nginx where it is installed, otherwise a small one of Python's own ssl.

The small one does what a real one is told to do: TLS 1.2 and newer, its own X-Forwarded headers in place of the
client's, and plain addresses sent to the secure one.
"""
import asyncio
import contextlib
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from practice.core import clock
from tests.plugins.browsers import free_port

NAME = "desk.example.com"
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{plain}; return 301 https://{name}$request_uri; }}
  server {{
    listen 127.0.0.1:{secure} ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {{
      proxy_pass http://127.0.0.1:{server}; proxy_set_header Host $host; proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-For $remote_addr;
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Front:
    """Where it listens, and what its certificate is proved by."""

    kind: str
    secure: int
    plain: int
    certificate: Path


@contextlib.contextmanager
def tls_front(server: int, folder: Path) -> Iterator[Front]:
    certificate(folder)
    kind = "nginx" if shutil.which("nginx") else "Python's ssl"
    front = Front(kind, free_port(), free_port(), folder / "cert.pem")
    with (nginx if kind == "nginx" else small)(server, front, folder):
        yield front


def certificate(folder: Path) -> None:
    """A key and a certificate that signs itself, for a day."""
    key, now = ec.generate_private_key(ec.SECP256R1()), clock.now()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=9000))
            .not_valid_after(now + timedelta(days=9000))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
            .sign(key, hashes.SHA256()))
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


@contextlib.contextmanager
def nginx(server: int, front: Front, folder: Path) -> Iterator[None]:
    written = NGINX.format(folder=folder, plain=front.plain, secure=front.secure, server=server, name=NAME)
    (folder / "nginx.conf").write_text(written)
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + 10
        while not (folder / "nginx.pid").exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        assert process.poll() is None, process.stderr.read()
        yield
    finally:
        process.terminate()
        process.communicate()


@contextlib.contextmanager
def small(server: int, front: Front, folder: Path) -> Iterator[None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    loop, listening = asyncio.new_event_loop(), threading.Event()

    async def forward(reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
            fields = [line for line in head if not line.lower().startswith((b"x-forwarded", b"connection"))]
            length = next((int(line.split(b":")[1]) for line in head if line.lower().startswith(b"content-length")), 0)
            told = [b"X-Forwarded-Proto: https", b"X-Forwarded-For: 127.0.0.1", b"Connection: close"]
            back, out = await asyncio.open_connection("127.0.0.1", server)
            out.write(b"\r\n".join([*fields, *told]) + b"\r\n\r\n" + await reader.readexactly(length))
            writer.write(await back.read())
            await writer.drain()
            out.close()
        writer.close()

    async def send_on(reader, writer):
        path = (await reader.readline()).split()[1]
        place = b"https://" + NAME.encode() + path
        writer.write(b"HTTP/1.1 301 Moved\r\nLocation: " + place + b"\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def listen():
        servers = [await asyncio.start_server(forward, "127.0.0.1", front.secure, ssl=context),
                   await asyncio.start_server(send_on, "127.0.0.1", front.plain)]
        listening.set()
        return servers

    async def end(servers):
        for one in servers:
            one.close()
        await asyncio.sleep(0.05)

    def run():
        servers = loop.run_until_complete(listen())
        loop.run_forever()
        loop.run_until_complete(end(servers))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        assert listening.wait(10)
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)

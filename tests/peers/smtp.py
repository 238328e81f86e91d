"""A mail server for tests, on a port of its own choosing, which it prints.

It keeps each message it takes as <folder>/<number>.eml. With --starttls it wants a connection to be encrypted before
it takes anything, with --tls from the first byte, under a certificate for localhost that it makes itself and leaves in
<folder>/certificate.pem. With --login it wants a name and a password. With --refuse it answers every message with this
code, with --refuse-once only the first one.
"""

import argparse
import asyncio
import pathlib
import ssl
import subprocess

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

CERTIFICATE = """
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = localhost
[extensions]
subjectAltName = DNS:localhost
basicConstraints = critical, CA:FALSE
"""


class Mailbox:
    """Takes messages, or refuses them."""

    def __init__(self, arguments):
        self.folder = arguments.folder
        self.refuse = arguments.refuse
        self.refuse_once = arguments.refuse_once
        self.taken = 0

    async def handle_DATA(self, server, session, envelope):
        if self.refuse:
            return f"{self.refuse} not this one"
        if self.refuse_once:
            code, self.refuse_once = self.refuse_once, None
            return f"{code} come again"
        self.taken += 1
        part = self.folder / f"{self.taken}.part"
        part.write_bytes(envelope.content)
        part.rename(self.folder / f"{self.taken}.eml")
        return "250 taken"


def certificate(folder):
    """A context with a fresh certificate."""
    config, key, made = (folder / name for name in ("openssl.cnf", "key.pem", "certificate.pem"))
    config.write_text(CERTIFICATE)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-sha256"]
        + ["-config", config, "-keyout", key, "-out", made],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return context


def options(arguments):
    """How the server speaks."""
    chosen = {"hostname": "localhost"}
    if arguments.starttls:
        chosen |= {"tls_context": certificate(arguments.folder), "require_starttls": True}
    if arguments.login:
        user, _, password = arguments.login.partition(":")
        wanted = LoginPassword(user.encode(), password.encode())
        chosen |= {
            "authenticator": lambda *given: AuthResult(success=given[-1] == wanted, handled=False),
            "auth_required": True,
            "auth_require_tls": arguments.starttls,
        }
    return chosen


async def serve(arguments):
    mailbox, chosen = Mailbox(arguments), options(arguments)
    loop = asyncio.get_running_loop()
    encrypted = certificate(arguments.folder) if arguments.tls else None
    server = await loop.create_server(
        lambda: SMTP(mailbox, loop=loop, **chosen), "127.0.0.1", 0, ssl=encrypted
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--starttls", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--login", metavar="USER:PASSWORD")
    parser.add_argument("--refuse", metavar="CODE")
    parser.add_argument("--refuse-once", metavar="CODE")
    asyncio.run(serve(parser.parse_args()))


main()

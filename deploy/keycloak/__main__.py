"""`python -m deploy.keycloak`: an OIDC issuer on this machine until Ctrl-C, with a realm for Portolan; installed first
where it is missing."""

import argparse
import signal
import sys
from pathlib import Path

from deploy.keycloak.install import NotInstallable, version
from deploy.keycloak.realm import PORTOLAN, USERS, issuers_file
from deploy.keycloak.server import ADMINISTRATOR, Keycloak, NotStarted


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.keycloak", description=__doc__)
    parser.add_argument("--port", type=int, default=8180)
    parser.add_argument(
        "--portolan", default=PORTOLAN, help="the address of the Portolan that people log in to"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("build/keycloak/data"), help="where its log is kept"
    )
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    keycloak = Keycloak(chosen.data, chosen.portolan.rstrip("/"), chosen.port)
    try:
        keycloak.start()
        file = chosen.data / "issuers.toml"
        file.write_text(issuers_file(keycloak.url))
        users = ", ".join(f"{name} ({role})" for name, role in USERS.items())
        print(
            f"Keycloak {version()} on {keycloak.url}; its administrator is {ADMINISTRATOR}, {keycloak.password}"
        )
        print(f"Log in as {users}; each password is the name")
        named = f"PORTOLAN_ISSUERS_FILE={file}"
        is_usual = keycloak.portolan == PORTOLAN
        print(
            f"{named} make run" if is_usual else f"{named}, for Portolan at {keycloak.portolan}", flush=True
        )
        signal.pause()
    except (NotInstallable, NotStarted, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        raise SystemExit(2) from error
    except KeyboardInterrupt:
        print("ending", flush=True)
    finally:
        keycloak.stop()


if __name__ == "__main__":
    main()

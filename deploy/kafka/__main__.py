"""`python -m deploy.kafka`: a broker on 127.0.0.1 until Ctrl-C, installed first where it is missing."""

import argparse
import signal
import sys
from pathlib import Path

from deploy.kafka.broker import Broker, NotStarted
from deploy.kafka.install import NotInstallable, installed, version


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka", description=__doc__)
    parser.add_argument("--port", type=int, default=9092)
    parser.add_argument(
        "--data", type=Path, default=Path("build/kafka/data"), help="where the topics are kept"
    )
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    broker = Broker(chosen.data, chosen.port)
    try:
        installed()
        broker.start()
        print(
            f"Apache Kafka {version()} on {broker.servers}; PORTOLAN_BUS_URL=kafka://{broker.servers}",
            flush=True,
        )
        signal.pause()
    except (NotInstallable, NotStarted, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        raise SystemExit(2) from error
    except KeyboardInterrupt:
        print("ending", flush=True)
    finally:
        broker.stop()


if __name__ == "__main__":
    main()

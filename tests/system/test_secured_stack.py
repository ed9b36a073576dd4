"""The distributed shape on a Kafka that asks for TLS and a login, with a prefix of its own."""

from pathlib import Path

import httpx
from aiokafka.admin import AIOKafkaAdminClient

from services.embedded import SERVICES
from shared.base.settings import Settings
from shared.contracts.language import topics_of
from shared.messaging.bus.cluster import Cluster
from tests.contracts.secured import PASSWORD, USER, SecuredBroker
from tests.system.running import running_stack, token_of


def all_written(folder: Path) -> str:
    """The logs of all processes but the broker's, and where the stack says what runs."""
    files = [*folder.glob("*.log"), *folder.glob("stack/logs/*.log"), folder / "stack" / "stack.json"]
    assert len(files) > 6
    return "".join(path.read_text() for path in files)


async def test_five_processes_publish_and_fold_over_tls_with_a_login(
    apache_kafka: str, tmp_path: Path
) -> None:
    broker = SecuredBroker(tmp_path / "kafka")
    broker.start()
    login = {
        "bus_url": f"kafka://{broker.servers}",
        "topic_prefix": "north",
        "kafka_security": "SASL_SSL",
        "kafka_user": USER,
        "kafka_password": PASSWORD,
        "kafka_ca": str(broker.authority),
    }
    try:
        with running_stack(tmp_path / "stack", **login) as stack:
            headers = {"Authorization": f"Bearer {token_of(stack.data)}"}
            async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:
                answer = await client.post("/projects/v1/projects", json={"name": "Bridge"})
                assert answer.status_code == 201, answer.text
                after = {"Portolan-After": answer.headers["Portolan-Position"]}
                folded = await client.get(f"/reporting/v1/projects/{answer.json()['id']}", headers=after)
            assert folded.status_code == 200, folded.text
            assert PASSWORD not in all_written(tmp_path)
        admin = AIOKafkaAdminClient(**Cluster.of(Settings(**login)).options)  # type: ignore[arg-type]
        await admin.start()
        try:
            there = {topic for topic in await admin.list_topics() if not topic.startswith("__")}
        finally:
            await admin.close()
    finally:
        broker.kill()
    named = topics_of(*(service.name for service in SERVICES))
    assert there <= {topic.replace("portolan", "north", 1) for topic in named}
    assert "north.projects.v1" in there

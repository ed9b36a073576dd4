"""Keys in files, as processes that start at the same time meet them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from shared.http.serving import SECRET_FILE, instance_secret

AT_ONCE = 8


def test_all_who_start_at_once_have_the_same_key(tmp_path: Path) -> None:
    start = Barrier(AT_ONCE)

    def first_start(data: Path) -> bytes:
        start.wait()
        return instance_secret(data)

    with ThreadPoolExecutor(AT_ONCE) as processes:
        for n in range(200):
            data = tmp_path / str(n)
            keys = set(processes.map(first_start, [data] * AT_ONCE))
            assert keys == {(data / SECRET_FILE).read_bytes()}
            assert len(keys.pop()) == 32
            assert [path.name for path in data.iterdir()] == [SECRET_FILE]

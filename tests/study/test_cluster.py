"""A cluster behind certificates: whoever has none is told so, whoever has them is served."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from sim.errors import WorkersError
from sim.study.cluster import connected

distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("dask")


def test_without_certificates_an_encrypted_scheduler_is_not_asked():
    with pytest.raises(WorkersError, match=r"needs certificates.*CLIENT__CERT"):
        connected("tls://127.0.0.1:8786").__enter__()


def test_a_certificate_that_is_not_there_is_named(tmp_path):
    lost = {
        f"distributed.comm.tls.{part}": str(tmp_path / "lost.pem")
        for part in ("ca-file", "client.cert", "client.key")
    }
    with dask.config.set(lost), pytest.raises(WorkersError, match="cannot be read"):
        connected("tls://127.0.0.1:8786").__enter__()


def test_where_encryption_is_asked_for_an_open_address_is_refused():
    asked = {"distributed.comm.require-encryption": True}
    with dask.config.set(asked), pytest.raises(WorkersError, match="ask for encryption"):
        connected("tcp://127.0.0.1:8786").__enter__()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")
def test_with_certificates_made_as_the_page_says_a_scheduler_answers(tmp_path):
    for line in (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tenthirty -keyout ca-key.pem -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=cluster -keyout key.pem -out request.pem",
        "x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -out cert.pem",
    ):
        subprocess.run(["openssl", *line.split()], cwd=tmp_path, check=True, capture_output=True)
    sides = {
        f"distributed.comm.tls.{side}.{part}": str(tmp_path / f"{part}.pem")
        for side in ("client", "scheduler", "worker")
        for part in ("cert", "key")
    }
    sides["distributed.comm.tls.ca-file"] = str(tmp_path / "ca.pem")
    with (
        dask.config.set(sides),
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, protocol="tls",
            security=distributed.Security(), dashboard_address=None,
        ) as cluster,
        connected(cluster.scheduler_address) as client,
    ):  # fmt: skip
        assert cluster.scheduler_address.startswith("tls://")
        assert client.submit(sum, [1, 2]).result(timeout=60) == 3

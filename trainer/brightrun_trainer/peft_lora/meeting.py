"""How the processes of a run meet: at a file on one machine, at a port of the leader's on several."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from .placement import Placement
from .world import World

#: A follower waits for its next call while the leader uploads, answers or evaluates: as long as a job may last.
LONGEST_WAIT = timedelta(days=14)
#: All are ready before they meet, so what is left is a connection; whoever is lost meanwhile is told by another way.
MEETING_WAIT = timedelta(minutes=5)
#: The request for an interface's address (linux/sockios.h); the address lies behind 20 bytes of its answer.
SIOCGIFADDR = 0x8915


class Calls:
    """What the leader sends and the others hear, in order; on processors, beside what goes between GPUs."""

    def __init__(self) -> None:
        self._group = dist.new_group(backend="gloo", timeout=LONGEST_WAIT)

    def send(self, call: Any) -> None:
        dist.broadcast_object_list([call], src=0, group=self._group)

    def hear(self) -> Any:
        heard = [None]
        dist.broadcast_object_list(heard, src=0, group=self._group)
        return heard[0]


class Meeting:
    """The leader's: `name` is what the others are told."""

    def __init__(self, folder: Path, size: int, address: str = "") -> None:
        self.address = address
        self.store: dist.Store | None = None
        if not address:
            self.name = str(folder / "meeting")
            return
        # At this address alone, and open before anybody is told of it: no port is ever chosen twice.
        with socket.create_server((address, 0)) as listening:
            port = listening.getsockname()[1]
            self.store = dist.TCPStore(
                address, port, size, is_master=True, wait_for_workers=False, timeout=MEETING_WAIT, master_listen_fd=listening.detach(),
            )
        self.name = f"tcp://{address}:{port}"


def join(rank: int, size: int, meeting: str, address: str = "", store: dist.Store | None = None) -> tuple[World, Calls]:
    """Meets the other processes; `address` is this machine's where they are on several."""
    _speak_over(interface_of(address) if address else loopback())
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    if meeting.startswith("tcp://"):
        host, _, port = meeting.removeprefix("tcp://").rpartition(":")
        store = store or dist.TCPStore(host, int(port), size, is_master=False, timeout=MEETING_WAIT)
        dist.init_process_group(backend, store=store, rank=rank, world_size=size)
    else:
        dist.init_process_group(backend, init_method=f"file://{meeting}", rank=rank, world_size=size)
    return World(rank, size), Calls()


def _speak_over(interface: str | None) -> None:
    """By name: what gloo would find out by itself is the address of this machine's own name, which may be the loopback's or
    none. Where an operator has named one, that holds; NCCL keeps to GPUs' own links on one machine."""
    if interface:
        os.environ.setdefault("GLOO_SOCKET_IFNAME", interface)
        if interface != loopback():
            os.environ.setdefault("NCCL_SOCKET_IFNAME", f"={interface}")


def loopback() -> str:
    return "lo" if sys.platform == "linux" else "lo0"


def interface_of(address: str) -> str | None:
    """The network interface that has this address; None where none has, as behind a translation of addresses."""
    if sys.platform != "linux":
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asked, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # it has none
            if socket.inet_ntoa(answer[20:24]) == address:
                return name
    return None


def placed(placement: Placement, place: int) -> Placement:
    """The same on this process's own GPU, by its number on this machine."""
    if not placement.device.startswith("cuda"):
        return placement
    torch.cuda.set_device(place)
    return replace(placement, device=f"cuda:{place}")

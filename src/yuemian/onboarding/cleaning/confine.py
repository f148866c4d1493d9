"""Takes from the cleaning process whatever it does not need: memory, time, files, programs and the network."""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
import sys
from typing import Final

MEMORY: Final = 512 * 1024 * 1024
CPU_SECONDS: Final = 10

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_LOAD, _JUMP_EQUAL, _JUMP_FROM, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | 1  # SECCOMP_RET_ERRNO with EPERM
_MISSING: Final = 0x00050000 | 38  # with ENOSYS: the C library then takes the older call
_KILL: Final = 0x80000000
#: Numbers of system calls in linux/audit.h and asm/unistd.h; the newer ones are the same everywhere.
_ARCHITECTURES: Final = {
    # socket, connect, bind, ptrace, fork, vfork, execve, execveat, io_uring_setup
    "x86_64": (0xC000003E, (41, 42, 49, 101, 57, 58, 59, 322, 425)),
    # socket, connect, bind, ptrace, execve, execveat, io_uring_setup
    "aarch64": (0xC00000B7, (198, 203, 200, 117, 221, 281, 425)),
}
_CLONE: Final = {"x86_64": 56, "aarch64": 220}
_CLONE3: Final = 435
#: The flags with which glibc and musl start a thread, as libheif does for each picture; any others make a process.
_THREADS: Final = (0x3D0F00, 0x7D0F00)
#: From here on x86_64 numbers the same calls once more, for the x32 ABI.
_OTHER_ABI: Final = 0x40000000


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_void_p)]


def confine() -> bool:
    """Limits from now on. Whether the network and other programs are shut off too (Linux on x86_64 and aarch64)."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the file in clear
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    return sys.platform == "linux" and _filter_calls()


def _filter_calls() -> bool:
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        return False
    architecture, refused = _ARCHITECTURES[machine]
    count = len(refused)
    program = [
        _statement(_LOAD, 4),  # seccomp_data.arch
        _statement(_JUMP_EQUAL, architecture, 1, 0),
        _statement(_RETURN, _KILL),
        _statement(_LOAD, 0),  # seccomp_data.nr
        *_threads_alone(_CLONE[machine]),
        _statement(_JUMP_FROM, _OTHER_ABI, count + 1, 0),
        *(_statement(_JUMP_EQUAL, number, count - place, 0) for place, number in enumerate(refused)),
        _statement(_RETURN, _ALLOW),
        _statement(_RETURN, _REFUSE),
    ]
    code = ctypes.create_string_buffer(b"".join(program))
    library = ctypes.CDLL(None, use_errno=True)
    described = _Filter(len(program), ctypes.cast(code, ctypes.c_void_p))
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(library.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(described), 0, 0) == 0)


def _threads_alone(clone: int) -> list[bytes]:
    """Threads are let through and processes refused; `clone3` hides its flags from the filter."""
    return [
        _statement(_JUMP_EQUAL, _CLONE3, 0, 1),
        _statement(_RETURN, _MISSING),
        _statement(_JUMP_EQUAL, clone, 0, 5),
        _statement(_LOAD, 16),  # the lower half of seccomp_data.args[0]
        _statement(_JUMP_EQUAL, _THREADS[0], 1, 0),
        _statement(_JUMP_EQUAL, _THREADS[1], 0, 1),
        _statement(_RETURN, _ALLOW),
        _statement(_RETURN, _REFUSE),
    ]


def _statement(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)

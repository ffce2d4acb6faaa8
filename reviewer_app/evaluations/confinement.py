# SPDX-License-Identifier: Apache-2.0
"""How the reader process gives up what it does not need, before it touches a byte of an untrusted file.

Resource limits on every POSIX system; on Linux also a seccomp filter that lets through only what reading from and
writing to the two open pipes takes. Both work unprivileged. Windows needs a job object, which its parent must make.
"""

import contextlib
import ctypes
import os
import platform
import struct
import sys

MEMORY = 512 * 1024 * 1024
"""Bytes of address space; Python and the libraries take about 30 MB of it."""
SECONDS = 20
"""Of processor time."""

# Numbers of <linux/audit.h>, <linux/prctl.h>, <linux/seccomp.h> and <linux/filter.h>.
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_MODE_FILTER = 2
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # _REFUSE answers EPERM
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _THIRD_ARGUMENT = 0, 4, 32  # offsets in struct seccomp_data
_PROT_EXEC = 4

_ALLOWED = {
    # read write close fstat lseek munmap brk rt_sigaction rt_sigprocmask rt_sigreturn readv writev mremap madvise
    # getpid exit sigaltstack gettid futex clock_gettime exit_group getrandom
    "x86_64": (0, 1, 3, 5, 8, 11, 12, 13, 14, 15, 19, 20, 25, 28, 39, 60, 131, 186, 202, 228, 231, 318),
    "aarch64": (63, 64, 57, 80, 62, 215, 214, 134, 135, 139, 65, 66, 216, 233, 172, 93, 132, 178, 98, 113, 94, 278),
}
_MAPPING = {"x86_64": (9, 10), "aarch64": (222, 226)}
"""mmap and mprotect: allowed unless they make memory executable."""


def limit_resources() -> None:
    """Bound memory and processor time, forbid core files and growing any file; for the start of the process."""
    if sys.platform == "win32":
        return
    import resource

    wanted = {
        resource.RLIMIT_AS: (MEMORY, MEMORY),
        resource.RLIMIT_CPU: (SECONDS, SECONDS + 1),  # at the first a signal that tells why, at the second the end
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (32, 32),
    }
    for kind, values in wanted.items():
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit on address space
            resource.setrlimit(kind, values)


def lock_down() -> str:
    """Give up opening anything new. For after the imports; returns what holds now, in words for a status page."""
    if sys.platform == "win32":
        return "none: this system needs a job object"
    import resource

    # SECURITY: open pipes stay usable, but no file, socket or pipe can be opened any more, on any POSIX system.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    if sys.platform != "linux":
        return "resource limits"
    reason = _filter_system_calls(platform.machine())
    return f"resource limits; no system call filter: {reason}" if reason else "resource limits and system call filter"


def _filter_system_calls(machine: str) -> str | None:
    """Install the seccomp filter in this process for good; None, or why it is not there."""
    if machine not in _ARCHITECTURES:
        return f"not written for {machine}"
    program = _program(machine)
    buffer = ctypes.create_string_buffer(b"".join(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    pointer = Program(len(program), ctypes.addressof(buffer))
    call = ctypes.CDLL(None, use_errno=True).prctl
    call.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong)
    # SECURITY: another process of this person cannot read this one's memory, which holds the attachment.
    call(_PR_SET_DUMPABLE, 0, None, 0, 0)
    if call(_PR_SET_NO_NEW_PRIVS, 1, None, 0, 0) or call(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(pointer), 0, 0):
        return os.strerror(ctypes.get_errno())
    return None


def _program(machine: str) -> list[bytes]:
    """The filter: another architecture's calls kill, allowed calls pass, mappings pass unless executable."""
    allowed, mapping = _ALLOWED[machine], _MAPPING[machine]
    program = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, _ARCHITECTURES[machine], hit=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    ending = len(allowed) + len(mapping)  # the first step after the comparisons, counted from the first comparison
    program += [_step(_EQUAL, number, hit=ending - place + 2) for place, number in enumerate(allowed)]
    program += [_step(_EQUAL, number, hit=ending - place) for place, number in enumerate(mapping, len(allowed))]
    program += [
        _step(_RETURN, _REFUSE),
        _step(_LOAD, _THIRD_ARGUMENT),
        _step(_ANY_BIT, _PROT_EXEC, hit=1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _REFUSE),
    ]
    return program


def _step(code: int, value: int, hit: int = 0) -> bytes:
    """One struct sock_filter; a comparison that holds skips `hit` steps."""
    return struct.pack("=HBBI", code, hit, 0, value)

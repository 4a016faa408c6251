"""The numbers of the system calls, by name, from the kernel's header."""

import re
import subprocess


def numbers():
    """{name: number} of this machine."""
    source = "#include <sys/syscall.h>\n"
    done = subprocess.run(["cc", "-E", "-dM", "-"], input=source, capture_output=True, text=True, check=True)
    return {name: int(value) for name, value in re.findall(r"#define __NR_(\w+) (\d+)", done.stdout)}

"""`python -m tests.crash.without_rights ARGUMENTS`: Python with these arguments, for whom rights of files count.

Root may write what nobody may, so that a test run as root would never see a file that is read-only. The two
capabilities that make it so are given up before the program takes this process over. For a normal account: nothing.
"""

import ctypes
import os
import sys

PR_CAPBSET_DROP = 24  # linux/prctl.h
PASS_OVER_RIGHTS = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, linux/capability.h


def main() -> None:
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in PASS_OVER_RIGHTS:
            if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                sys.exit(f"cannot give up capability {capability}: {os.strerror(ctypes.get_errno())}")
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])


if __name__ == "__main__":
    main()

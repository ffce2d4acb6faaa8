# SPDX-License-Identifier: Apache-2.0
"""Where the program starts: the window and the tour go to `app`, every other verb to `cli`."""

import sys

HEADLESS = ("read", "marking", "vault", "package", "selftest")
READER_PROCESS = "--reader-process"


def main() -> int:
    """Runs the program with the arguments of the process; returns its exit code (0 good, 1 bad input, 2 usage)."""
    arguments = sys.argv[1:]
    verb = arguments[0] if arguments else ""
    if verb == READER_PROCESS:
        from reviewer_app.evaluations import process

        return process.main()
    from reviewer_app import app

    app.harden()
    if verb in HEADLESS or verb.startswith("-"):
        from reviewer_app import cli

        return cli.main(arguments)
    return app.main(arguments)


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Where the program starts: the window and the tour go to `app`, every other verb to `cli`."""

import sys

WITH_WINDOWS = ("tour",)
READER_PROCESS = "--reader-process"


def main() -> int:
    """Runs the program with the arguments of the process; returns its exit code (0 good, 1 bad input, 2 usage)."""
    arguments = sys.argv[1:]
    if arguments[:1] == [READER_PROCESS]:
        from reviewer_app.evaluations import process

        return process.main()
    from reviewer_app import cli

    verb = arguments[0] if arguments else ""
    if verb in WITH_WINDOWS or (verb not in cli.VERBS and not verb.startswith("-")):
        from reviewer_app import app

        return app.main(arguments)
    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main())

"""Instruction counts beside recorded ones: what changes them fails, or is recorded anew."""
import json
import pathlib
import sys

LIMIT = 0.03  # what a change may add without being looked at


def compare(file: pathlib.Path, made_with: dict, counts: dict, record: bool, command: str) -> int:
    """Prints a table of counts beside those in `file`; with `record` they replace them. Returns the exit code.

    Counts of another compiler or library say nothing about a change of the project: then they are only shown.
    """
    before = json.loads(file.read_text()) if file.exists() else {"with": made_with, "counts": {}}
    same = before["with"] == made_with
    over = []
    for name, count in counts.items():
        known = before["counts"].get(name)
        line = f"{name:<12}{count / 1e6:12.2f} M"
        if known:
            change = count / known - 1
            line += f"{known / 1e6:12.2f} M recorded{change:+9.2%}"
            if change > LIMIT:
                over.append(name)
        print(line, flush=True)
    if record:
        kept = {**before["counts"], **counts} if same else counts
        file.write_text(json.dumps({"with": made_with, "counts": kept}, indent=2) + "\n")
        print(f"recorded in {file.name}")
        return 0
    if not same:
        print(f"not judged: recorded with {before['with']}, this is {made_with}")
        return 0
    if over:
        print(f"{', '.join(over)}: more than {LIMIT:.0%} above what is recorded; if it has to be, {command} --record",
              file=sys.stderr)
        return 1
    return 0

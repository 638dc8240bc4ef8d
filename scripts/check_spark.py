"""Compares scripts/spark_extract.py with the plain program. Started by check-spark."""

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Two executor processes, of one core and 2 GB each.
MASTER = "local-cluster[2,1,2048]"
PATIENCE = 900


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tieup", type=Path, default=ROOT / "target/release/tieup")
    parser.add_argument("--model", type=Path, default=ROOT / "models/small")
    parser.add_argument("--copies", type=int, default=20, help="how often the sample articles are read")
    parser.add_argument("--speed", action="store_true", help="only measure one and two executors against the plain program")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tieup-spark-") as folder:
        place = Place(Path(folder), args)
        if args.speed:
            return place.measure()
        for check in [place.equal, place.parquet_and_csv, place.killed_executor, place.killed_program, place.broken_program]:
            started = time.monotonic()
            check()
            print(f"ok  {check.__name__} ({time.monotonic() - started:.0f} s)", flush=True)


class Place:
    """A folder with articles, what the plain program makes of them, and the model packed for shipping."""

    def __init__(self, folder, args):
        self.folder, self.tieup, self.model = folder, args.tieup.resolve(), args.model.resolve()
        self.articles = folder / "articles.jsonl"
        self.make_articles(args.copies)
        with tarfile.open(folder / "model.tar.gz", "w:gz", compresslevel=1) as archive:
            for file in sorted(self.model.iterdir()):
                archive.add(file, file.name)
        self.expected = folder / "plain"
        self.plain(2, self.expected)

    def make_articles(self, copies):
        texts = self.folder / "texts"
        command = [self.tieup, "extract", "-q", ROOT / "corpus/articles", "-o", texts, "--save-text", "-m", self.model]
        subprocess.run(command, check=True)
        lines = [json.loads(line) for line in (texts / "texts.jsonl").read_text().splitlines()]
        with self.articles.open("w") as file:
            for copy in range(copies):
                for line in lines:
                    file.write(json.dumps(line | {"id": f"{line['id']}-{copy}"}, ensure_ascii=False) + "\n")
            file.write('nonsense\n\n{"id": "no text"}\n{"id": "empty", "text": " "}\n')

    def plain(self, jobs, out):
        """Runs the plain program; its seconds by the clock and of all cores."""
        command = [self.tieup, "extract", "-q", self.articles, "-o", out, "--format", "csv,jsonl"]
        return timed([*command, "-m", self.model, "-j", str(jobs), "--id-field", "id"], codes=[0, 3])

    def spark(self, *words, master=MASTER, ship=True):
        """The command of a Spark run."""
        command = ["spark-submit", "--master", master, "--conf", "spark.ui.enabled=false"]
        if ship:
            command += ["--files", self.tieup, "--archives", f"{self.folder}/model.tar.gz#model"]
            words += ("--tieup", self.tieup.name, "--model", "model")
        return list(map(str, [*command, ROOT / "scripts/spark_extract.py", *words]))

    def start(self, name, command):
        """Starts a Spark run in the background."""
        log = (self.folder / f"{name}.log").open("w")
        environment = os.environ | {"SPARK_LOCAL_DIRS": str(self.folder / "spark")}
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=environment)

    def end(self, name, child):
        """Waits for it; what it said."""
        code = child.wait(PATIENCE)
        log = (self.folder / f"{name}.log").read_text(errors="replace")
        return code, log

    def run(self, name, command):
        code, log = self.end(name, self.start(name, command))
        if code:
            sys.exit(f"{name} failed:\n{log[-6000:]}")

    # ---- The checks.

    def equal(self):
        out = self.folder / "equal"
        self.run("equal", self.spark(self.articles, "-o", out, "--partitions", 6))
        self.compare(out)

    def parquet_and_csv(self):
        """Reads Parquet and writes CSV."""
        import pyarrow
        import pyarrow.parquet

        lines = [line for line in self.articles.read_text().splitlines() if line.startswith('{"id"') and "text" in line]
        records = [json.loads(line) for line in lines[:30]]
        table = pyarrow.Table.from_pylist([{k: r[k] for k in ("id", "title", "published", "text")} for r in records])
        pyarrow.parquet.write_table(table, self.folder / "articles.parquet")
        out = self.folder / "csv"
        command = self.spark(self.folder / "articles.parquet", "-o", out, "--from", "parquet", "--to", "csv")
        self.run("csv", command)
        ids = {record["id"] for record in records}
        expected = [claim for claim in lines_of(self.expected / "claims.jsonl") if claim["article"] in ids]
        found = [row for part in sorted((out / "claims").glob("*.csv")) for row in csv.DictReader(part.open(newline=""))]
        assert expected and len(found) == len(expected), (len(found), len(expected))
        for key in ["article", "claim_id", "who", "whom", "sentence", "start"]:
            told = lambda rows: sorted("" if row[key] is None else str(row[key]) for row in rows)
            assert told(found) == told(expected), key

    def killed_executor(self):
        """Kills an executor, with its Python worker and its program, in the middle."""
        out = self.folder / "killed"
        child = self.start("killed", self.spark(self.articles, "-o", out, "--partitions", 6))
        self.wait_for_first_part(child, out)
        executors = descendants(child.pid, "CoarseGrainedExecutorBackend")
        assert len(executors) == 2, executors
        os.kill(executors[0], signal.SIGKILL)
        code, log = self.end("killed", child)
        assert code == 0, log[-6000:]
        assert "exited with code 137" in log, "no executor was lost"
        self.compare(out)

    def killed_program(self):
        """Kills a tieup in the middle: its worker starts it again."""
        out = self.folder / "restarted"
        child = self.start("restarted", self.spark(self.articles, "-o", out, "--partitions", 6))
        self.wait_for_first_part(child, out)
        programs = descendants(child.pid, "--by-article")
        assert programs, "no program runs"
        os.kill(programs[0], signal.SIGKILL)
        code, log = self.end("restarted", child)
        assert code == 0, log[-6000:]
        assert "Lost task" not in log, "a task failed"
        self.compare(out)

    def broken_program(self):
        """A program that always dies fails the job, and its last words are told."""
        broken = self.folder / "broken"
        broken.write_text("#!/bin/sh\necho 'the disk is on fire' >&2\nexit 1\n")
        broken.chmod(0o755)
        words = [self.articles, "-o", self.folder / "none", "--tieup", broken]
        code, log = self.end("broken", self.start("broken", self.spark(*words, ship=False)))
        assert code != 0 and "the disk is on fire" in log, log[-6000:]
        assert not (self.folder / "none/answers/_SUCCESS").exists()

    def wait_for_first_part(self, child, out):
        """Waits until a first task is committed and others are at work."""
        while child.poll() is None and not list((out / "answers").glob("_temporary/0/task_*")):
            time.sleep(0.2)
        assert child.poll() is None, "it ended before anything could be killed; more --copies are needed"

    def compare(self, out):
        """Every claim, entity and skip is there once, and none else."""
        import pyarrow.parquet

        read = lambda name: pyarrow.parquet.read_table(out / name).to_pylist()
        same(read("claims"), lines_of(self.expected / "claims.jsonl"))
        told = csv.DictReader((self.expected / "entities.csv").open(newline=""))
        entities = read("entities")
        same([entity_row(entity) for entity in entities], [dict(row) for row in told])
        errors = sorted(row["error"] for row in read("skipped"))
        reasons = csv.DictReader((self.expected / "skipped.csv").open(newline=""))
        assert errors == sorted(row["reason"].split(": ", 1)[1] for row in reasons), errors
        assert len(errors) == 3 and len(entities) > 1000

    def measure(self):
        """Prints what one and two executors do against the plain program, each twice."""
        pieces = json.loads((self.expected / "run.json").read_text())["counts"]["pieces"]
        print(f"{pieces} word pieces, model {self.model.name}")
        for executors in [1, 2]:
            for turn in [1, 2]:
                out = self.folder / f"plain-{executors}-{turn}"
                clock, cores = self.plain(executors, out)
                print(f"plain, {executors} workers:   {clock:.1f} s, {cores:.1f} core-s, {pieces / clock:.0f} pieces/s", flush=True)
                master = f"local-cluster[{executors},1,2048]"
                command = self.spark(self.articles, "-o", self.folder / "speed", "--partitions", 6, master=master)
                with (self.folder / "speed.log").open("w") as log:
                    clock, cores = timed(command, [0], stdout=log, stderr=log)
                print(f"Spark, {executors} executors: {clock:.1f} s, {cores:.1f} core-s, {pieces / clock:.0f} pieces/s", flush=True)


def timed(command, codes, **more):
    """Runs a command: seconds by the clock, and of all cores in it and the processes under it, seen every 0.2 s."""
    started, spent = time.monotonic(), {}
    child = subprocess.Popen(list(map(str, command)), **more)
    while child.poll() is None:
        for process in descendants(child.pid, ""):
            try:
                fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            spent[process] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        time.sleep(0.2)
    assert child.returncode in codes, (command, child.returncode)
    return time.monotonic() - started, sum(spent.values())


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def entity_row(entity):
    """An entity as entities.csv has it."""
    row = {key: entity[key] for key in ["article", "name", "type", "text", "start", "end"]}
    spaced = {key: " ".join(row[key].split()) for key in ["name", "text"]}
    return {key: str(value) for key, value in (row | spaced).items()} | {"confidence": f"{entity['confidence']:.4f}"}


def same(found, expected):
    order = lambda rows: sorted(json.dumps(row, sort_keys=True) for row in rows)
    found, expected = order(found), order(expected)
    if found != expected:
        more, less = set(found) - set(expected), set(expected) - set(found)
        sys.exit(f"{len(found)} rows, {len(expected)} expected; such as\n+ {sorted(more)[:2]}\n- {sorted(less)[:2]}")


def descendants(pid, word):
    """The processes under `pid` that have `word` in their command line."""
    parents, commands = {}, {}
    for entry in Path("/proc").iterdir():
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            commands[int(entry.name)] = (entry / "cmdline").read_bytes().decode(errors="replace")
        except (ValueError, OSError):
            continue

    def is_under(process):
        while process in parents and process != pid:
            process = parents[process]
        return process == pid

    return sorted(process for process in parents if word in commands.get(process, "") and is_under(process))


if __name__ == "__main__":
    main()

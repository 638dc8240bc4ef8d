#!/usr/bin/env python3
"""Runs tieup over a corpus on Apache Spark.

    spark-submit scripts/spark_extract.py INPUT... -o OUT [--from jsonl|parquet|text] [--to parquet|csv]

Each Python worker keeps one `tieup extract - --by-article` and feeds it the records of its tasks. OUT gets `answers` (one
line of JSON a record), and out of it `claims`, `entities` and `skipped`. docs/scale.md tells how to ship program and model.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

PLACE = "start BIGINT, `end` BIGINT, start_byte BIGINT, end_byte BIGINT"
WHY = f"STRUCT<text STRING, kind STRING, confidence DOUBLE, {PLACE}>"
CLAIM = (
    f"who STRING, relation STRING, whom STRING, instead_of ARRAY<STRING>, why ARRAY<{WHY}>, status STRING, "
    "polarity STRING, said_by STRING, `when` STRING, amount STRING, confidence DOUBLE, article STRING, title STRING, "
    f"published STRING, body_start BIGINT, body_start_byte BIGINT, sentence STRING, {PLACE}, trigger STRING, "
    f"who_text STRING, who_type STRING, who_place STRUCT<{PLACE}>, whom_text STRING, "
    f"whom_type STRING, whom_place STRUCT<{PLACE}>, "
    "claim_id STRING"
)
ENTITY = f"article STRING, name STRING, type STRING, text STRING, {PLACE}, confidence DOUBLE"

# How much of a dead program's standard error a failed task tells, in bytes.
TAIL = 4000


# ---- On the executors: this file is imported there as a module, so that its programs outlive a task.


class Program:
    """A running tieup that answers each line with a line."""

    def __init__(self, command):
        self.command = command
        self.child = None

    def start(self):
        self.errors = tempfile.TemporaryFile()
        pipe = subprocess.PIPE
        self.child = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, stderr=self.errors)

    def ask(self, lines):
        """Yields the answers, as far as the program lives to give them."""
        if self.child is None:
            self.start()
        child, is_complete = self.child, False
        sender = threading.Thread(target=send, args=(child.stdin, lines), daemon=True)
        sender.start()
        try:
            for _ in lines:
                answer = child.stdout.readline()
                if not answer.endswith(b"\n"):
                    return
                yield answer
            is_complete = True
        finally:
            if not is_complete:
                self.end()
            sender.join()

    def end(self):
        """Ends the program; it is started anew when it is asked again."""
        self.child.kill()
        self.child.wait()
        self.child = None

    def last_words(self):
        size = self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, size - TAIL))
        return self.errors.read().decode(errors="replace").strip()


def send(stdin, lines):
    try:
        for line in lines:
            stdin.write(line + b"\n")
        stdin.flush()
    except OSError:
        pass  # It died, and whoever reads the answers sees that.


# One for each command, as long as the worker lives.
programs = {}


def answer_batches(batches, tieup, model, options, id_field):
    """Record batches of lines in, record batches of answers out. A program that dies is started again once a task."""
    import pyarrow
    from pyspark import TaskContext

    command = [find(tieup), "extract", "-", "--by-article", "--jobs", str(TaskContext.get().cpus())]
    command += ["--id-field", id_field, *(["--model", find(model)] if model else []), *options]
    program = programs.setdefault(tuple(command), Program(command))
    is_second = False
    for batch in batches:
        lines = [line.encode() for line in batch.column(0).to_pylist()]
        # tieup does not answer blank lines.
        lines = [named(line, id_field) for line in lines if line.strip(b" \t\n\x0c\r")]
        answers = []
        while True:
            answers.extend(program.ask(lines[len(answers) :]))
            if len(answers) == len(lines):
                break
            if is_second:
                raise RuntimeError(f"tieup ended {command}: {program.last_words()}")
            is_second = True
        texts = [told(answer, line) for answer, line in zip(answers, lines)]
        yield pyarrow.RecordBatch.from_pydict({"answer": pyarrow.array(texts, pyarrow.string())})


def find(name):
    """A file that was shipped, one that every node has, or a program on the path."""
    from pyspark import SparkFiles

    places = [SparkFiles.get(name), os.path.abspath(name)]
    return next((place for place in places if os.path.exists(place)), shutil.which(name) or name)


def name_of(line):
    """What a record without an id is called: the same wherever it is done, and however often."""
    return "sha256-" + hashlib.sha256(line).hexdigest()[:16]


def named(line, id_field):
    """The record with an id."""
    try:
        record = json.loads(line)
    except ValueError:
        return line
    if not isinstance(record, dict):
        return line
    given = record.get(id_field)
    if isinstance(given, (str, int, float)) and not isinstance(given, bool) and str(given).strip():
        return line
    return json.dumps(record | {id_field: name_of(line)}).encode()


def told(answer, line):
    """The answer. An error is told without numbers that depend on what else went through the pipe."""
    record = json.loads(answer) if b'"error":' in answer else {}
    if "error" not in record:
        return answer.decode().rstrip("\n")
    article = name_of(line) if record["article"].startswith("-#") else record["article"]
    return json.dumps(record | {"article": article, "error": re.sub(r"^line \d+: ", "", record["error"])})


# ---- On the driver.


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], epilog="Options after -- go to tieup extract.")
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="files and folders, on any file system of Spark")
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER")
    parser.add_argument("--from", dest="source", choices=["jsonl", "parquet", "text"], default="jsonl")
    parser.add_argument("--to", choices=["parquet", "csv"], default="parquet")
    parser.add_argument("--tieup", default="tieup", help="the program: shipped, on each node, or on the path")
    parser.add_argument("--model", help="the model's folder: shipped, or on each node")
    parser.add_argument("--id-field", default="id", help="records without it are named by their hash")
    parser.add_argument("--partitions", type=int, help="shuffle the input into so many tasks, where it has too few parts")
    return parser


def read(spark, args):
    """One column of records as JSON."""
    from pyspark.sql import functions as f

    if args.source == "jsonl":
        return spark.read.text(args.inputs, lineSep="\n")
    if args.source == "parquet":
        record = f.struct("*")
        table = spark.read.parquet(*args.inputs)
    else:
        record = f.struct(f.col("_metadata.file_path").alias(args.id_field), f.col("value").alias("text"))
        table = spark.read.text(args.inputs, wholetext=True)
    return table.select(f.to_json(record).alias("value"))


def write(table, args, name):
    from pyspark.sql import functions as f
    from pyspark.sql.types import ArrayType, StructType

    place = f"{args.output}/{name}"
    if args.to == "parquet":
        return table.write.mode("overwrite").parquet(place)
    nested = [field.name for field in table.schema if isinstance(field.dataType, (ArrayType, StructType))]
    flat = table.withColumns({name: f.to_json(name) for name in nested})
    return flat.write.mode("overwrite").csv(place, header=True, escape='"')


def main():
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as f

    # What stands behind -- is tieup's.
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    args = arguments().parse_args(words[:cut])
    options = words[cut + 1 :]

    spark = SparkSession.builder.appName("tieup").getOrCreate()
    spark.sparkContext.addPyFile(os.path.abspath(__file__))
    # A part takes a core minutes to hours: small ones, so that the end is not waiting for one core.
    for key, value in [
        ("spark.sql.files.maxPartitionBytes", "4m"),
        ("spark.sql.files.openCostInBytes", "64k"),
        ("spark.sql.execution.arrow.maxRecordsPerBatch", "256"),
    ]:
        if spark.sparkContext.getConf().get(key) is None:
            spark.conf.set(key, value)
    tieup, model, id_field = args.tieup, args.model, args.id_field

    def work(batches):
        import spark_extract

        return spark_extract.answer_batches(batches, tieup, model, options, id_field)

    records = read(spark, args)
    if args.partitions:
        records = records.repartition(args.partitions)
    answers = f"{args.output}/answers"
    records.mapInArrow(work, "answer STRING").write.mode("overwrite").parquet(answers)

    # The model's work is safe; all else is made of it, as often as need be.
    schema = (
        f"article STRING, error STRING, stage STRING, "
        f"claims ARRAY<STRUCT<{CLAIM}>>, entities ARRAY<STRUCT<{ENTITY}>>"
    )
    parsed = spark.read.parquet(answers).select(f.from_json("answer", schema).alias("told")).select("told.*")
    write(parsed.select(f.inline("claims")), args, "claims")
    write(parsed.select(f.inline("entities")), args, "entities")
    write(parsed.where("error IS NOT NULL").select("article", "stage", "error"), args, "skipped")
    spark.stop()


if __name__ == "__main__":
    main()

